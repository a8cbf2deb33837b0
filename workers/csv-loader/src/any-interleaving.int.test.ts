import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { computeQueryResults, type QueryResults } from '@tributary/employment-db';
import { type FileStore, openFileStore, toUploadName } from '@tributary/file-store';
import { ContinueLater } from '@tributary/worker';
import fc from 'fast-check';
import type { Pool } from 'mariadb';
import { anyUploads, type DrawnUpload, textOf } from '../fixtures/any-uploads.ts';
import { expectModel } from '../fixtures/expect-model.ts';
import { anyDelivery, type Delivery, dependenciesOf } from '../fixtures/interrupted-loading.ts';
import { type LoadingBench, openLoadingBench } from '../fixtures/loading-bench.ts';
import { modelOfLoading } from '../fixtures/loading-model.ts';
import { loadDelivery } from './load-delivery.ts';
import type { Upload } from './load-dependencies.ts';

/** `INTERLEAVINGS=2000` runs that many; `INTERLEAVINGS_SEED` draws again what a failure's seed drew. */
const { INTERLEAVINGS, INTERLEAVINGS_SEED } = process.env;
const numRuns = Number(INTERLEAVINGS ?? 100);
const runs = {
  numRuns,
  ...(INTERLEAVINGS_SEED ? { seed: Number(INTERLEAVINGS_SEED) } : {}),
  ...(INTERLEAVINGS ? {} : { interruptAfterTimeLimit: 40_000 }),
};

const undisturbed: Delivery = { upload: 0, pausesMs: [0], chunkRows: 2, pieceBytes: 32, fate: null };
const anyRounds = fc.array(fc.array(anyDelivery, { minLength: 2, maxLength: 8, size: 'max' }), {
  minLength: 1,
  maxLength: 4,
  size: 'max',
});

describe('uploads loaded in any interleaving', () => {
  let bench: LoadingBench;
  let folder: string;
  let store: FileStore;
  let running: Promise<void> | undefined;
  beforeAll(async () => {
    bench = await openLoadingBench();
    folder = await mkdtemp(path.join(tmpdir(), 'tributary-loads-'));
    store = await openFileStore(pathToFileURL(folder).href);
  });
  afterAll(async () => {
    // The time limit may leave one case on its way.
    await running;
    await store.close();
    await rm(folder, { recursive: true });
    await bench.close();
  });

  test(
    'by any number of loaders that die anywhere end as if loaded one after the other in the order of acceptance',
    () =>
      fc.assert(
        fc.asyncProperty(anyUploads, anyRounds, (drawn, rounds) => {
          running = runCase(drawn, rounds);
          return running;
        }),
        runs,
      ),
    Math.max(60_000, numRuns * 2_000),
  );

  async function runCase(drawn: readonly DrawnUpload[], rounds: readonly (readonly Delivery[])[]): Promise<void> {
    await bench.empty();
    const uploads = await acceptAll(drawn);
    const model = modelOfLoading(
      drawn.map((upload, index) => ({
        ...upload,
        uploadId: uploads[index]?.uploadId ?? '',
        sequence: index + 1,
      })),
    );
    const versions = [await dataVersion()];
    const results = followResults(bench.db.pool);
    for (const round of rounds) {
      await allOf(round.map((delivery) => deliver(uploads[delivery.upload % uploads.length], delivery)));
      versions.push(await dataVersion());
      await expectResults(results);
    }
    await deliverUntilAllEnd(uploads);
    versions.push(await dataVersion());
    await expectResults(results);
    expect(versions).toEqual(versions.toSorted((one, other) => one - other));
    for (const { version } of bench.published.map(({ body }) => body).filter((body) => 'version' in body)) {
      expect(version).toBeGreaterThan(versions[0] ?? 0);
      expect(version).toBeLessThanOrEqual(versions.at(-1) ?? 0);
    }
    const stored = await bench.everything();
    expectModel(model, stored, bench.published);

    await deliverUntilAllEnd(uploads);
    expect(await bench.everything()).toEqual(stored);
    expect(await dataVersion()).toBe(versions.at(-1));
    expectModel(model, stored, bench.published);
  }

  /** The stored counts are those of all rows, and the results made of changes alone those made at once. */
  async function expectResults(results: ReturnType<typeof followResults>): Promise<void> {
    const { kept, counted } = await bench.hires();
    expect(kept).toEqual(counted);
    const { hiresByQuarter, departmentsAboveMean } = await computeQueryResults(bench.db.pool);
    expect(await results.refresh()).toEqual({ hiresByQuarter, departmentsAboveMean });
  }

  /** Stores the files and gives them their place in the order; hires depend on all departments and jobs before them. */
  async function acceptAll(drawn: readonly DrawnUpload[]): Promise<Upload[]> {
    const uploads: Upload[] = [];
    for (const upload of drawn) {
      const dependsOn =
        upload.kind === 'HIRED_EMPLOYEES'
          ? uploads.filter(({ kind }) => kind !== 'HIRED_EMPLOYEES').map(({ uploadId }) => uploadId)
          : [];
      const text = textOf(upload);
      const accepted = bench.anUpload(upload.kind, text, { dependsOn, sequence: uploads.length + 1 });
      await store.write(toUploadName(accepted.fileId), Readable.from([Buffer.from(text)]));
      uploads.push(accepted);
    }
    return uploads;
  }

  /** Whether the load ended; if not, for a reason that has it delivered again. */
  async function deliver(upload: Upload | undefined, delivery: Delivery): Promise<boolean> {
    if (!upload) return true;
    try {
      await loadDelivery(upload, dependenciesOf(delivery, bench, store));
      return true;
    } catch (error) {
      if (!(error instanceof ContinueLater)) expect(error).toMatchObject({ code: 'UNAVAILABLE' });
      return false;
    }
  }

  /** Hires may have to wait for the others, nothing else has to wait any more. */
  async function deliverUntilAllEnd(uploads: readonly Upload[]): Promise<void> {
    let left = uploads;
    for (let tries = 0; left.length > 0; tries++) {
      expect(tries).toBeLessThan(3);
      const ended = await allOf(left.map((upload) => deliver(upload, undisturbed)));
      left = left.filter((_, index) => !ended[index]);
    }
  }

  async function dataVersion(): Promise<number> {
    const [row] = await bench.db.pool.query('SELECT version FROM data_version');
    return Number(row.version);
  }
});

/** Results that take over, year by year, what changed since they were last refreshed. */
function followResults(pool: Pool) {
  const hiresByQuarter: QueryResults['hiresByQuarter'] = new Map();
  const departmentsAboveMean: QueryResults['departmentsAboveMean'] = new Map();
  let since: number | null = null;
  return {
    async refresh() {
      const changes = await computeQueryResults(pool, since);
      since = changes.version;
      for (const [year, rows] of changes.hiresByQuarter) {
        hiresByQuarter.set(year, rows);
        departmentsAboveMean.set(year, changes.departmentsAboveMean.get(year) ?? []);
        if (rows.length > 0) continue;
        hiresByQuarter.delete(year);
        departmentsAboveMean.delete(year);
      }
      return { hiresByQuarter, departmentsAboveMean };
    },
  };
}

/** Waits for all of them even when one fails: nothing of a case may go on into the next. */
async function allOf<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
