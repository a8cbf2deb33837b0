import { expect } from '@jest/globals';
import type { LoadingBench, Published } from './loading-bench.fixture.ts';
import type { modelOfLoading } from './model-of-loading.fixture.ts';

type Model = ReturnType<typeof modelOfLoading>;
type ModelLoad = Model['loads'][number];
type Stored = Awaited<ReturnType<LoadingBench['everything']>>;

/** Expects the database to hold what the model holds, to the last value, and each load's messages to tell the same. */
export function expectModel({ tables, loads }: Model, stored: Stored, published: readonly Published[]): void {
  expect(stored.departments).toEqual(byId(tables.DEPARTMENTS));
  expect(stored.jobs).toEqual(byId(tables.JOBS));
  expect(stored.employees).toEqual(byId(tables.HIRED_EMPLOYEES));
  expect(stored.loads).toHaveLength(loads.length);
  for (const load of loads) {
    const { uploadId, state, rejections } = load;
    const own = <T extends { upload_id: string }>(rows: T[]) => rows.filter(({ upload_id }) => upload_id === uploadId);
    expect(own(stored.rejections)).toMatchObject(
      rejections.map(({ column, ...more }) => ({ ...more, column_name: column })),
    );
    const { rowsRead, rowsLoaded, rowsRejected, reasons } = countsOf(load);
    expect(own(stored.loads)).toMatchObject([
      { state, rows_read: rowsRead, rows_loaded: rowsLoaded, rows_rejected: rowsRejected, reasons },
    ]);
    expectMessages(
      load,
      published.filter(({ body }) => body.uploadId === uploadId),
    );
  }
}

function byId(rows: Model['tables']['JOBS']) {
  return [...rows.values()].sort((a, b) => Number(a.id) - Number(b.id));
}

function countsOf({ loadedOf, rejections }: ModelLoad) {
  const rowsRead = loadedOf.length - 1;
  const rowsLoaded = loadedOf[rowsRead] ?? Number.NaN;
  return { rowsRead, rowsLoaded, rowsRejected: rowsRead - rowsLoaded, reasons: rejections.slice(0, 10) };
}

/** The end is told at least once and never differently; progress tells of rows committed, in whatever order. */
function expectMessages(load: ModelLoad, messages: readonly Published[]): void {
  const kindOf = ({ type }: Published) => type.split('.').at(-1);
  const ends = messages.filter((message) => !['started', 'progressed'].includes(kindOf(message) ?? ''));
  expect(ends.length).toBeGreaterThan(0);
  for (const end of ends) {
    expect(kindOf(end)).toBe(load.state.toLowerCase());
    expect(end.body).toMatchObject(countsOf(load));
    expect(end.body.version).toBe(ends[0]?.body.version);
  }
  for (const { body } of messages.filter((message) => kindOf(message) === 'progressed')) {
    const all = countsOf(load);
    expect(body.rowsRead).toBe(Number(body.rowsLoaded) + Number(body.rowsRejected));
    expect(body.rowsLoaded).toBeLessThanOrEqual(all.rowsLoaded);
    expect(body.rowsRejected).toBeLessThanOrEqual(all.rowsRejected);
  }
}
