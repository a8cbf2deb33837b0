import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type LoadingBench, openLoadingBench } from '../fixtures/loading-bench.ts';

const departments = '1,Sales\n2,Research\n';
const jobs = '1,Engineer\n2,"Manager, Senior"\n';

describe('loadUpload', () => {
  let bench: LoadingBench;
  beforeAll(async () => {
    bench = await openLoadingBench();
  });
  beforeEach(() => bench.empty());
  afterAll(() => bench.close());

  const types = () => bench.published.map(({ type }) => type.split('.').at(-1));
  const last = () => bench.published.at(-1)?.body ?? {};

  async function loadReferences() {
    await bench.load(bench.anUpload('DEPARTMENTS', departments));
    await bench.load(bench.anUpload('JOBS', jobs));
    bench.published.length = 0;
  }

  test('loads good rows and rejects each bad one with line, first failing column and code', async () => {
    await loadReferences();
    const upload = bench.anUpload(
      'HIRED_EMPLOYEES',
      [
        'id,name,datetime,department_id,job_id',
        '1,Ana,2021-11-07T02:48:42Z,1,1',
        'x,Ben,2021-11-07T02:48:42Z,1,1',
        '0,Ben,2021-11-07T02:48:42Z,1,1',
        '1,Ben,2021-11-07T02:48:42Z,1,1',
        '2,,2021-11-07T02:48:42Z,1,1',
        '2,Ben,0000-11-07T02:48:42Z,1,1',
        '2,Ben,2021-02-29T02:48:42Z,1,1',
        '2,Ben,2021-11-07T02:48:42+02:00,1,1',
        '2,Ben,2021-11-07T02:48:42Z,9,1',
        '2,Ben,2021-11-07T02:48:42Z,1,9',
        '2,Ben,2021-11-07T02:48:42Z,1',
        `2,${'b'.repeat(256)},2021-11-07T02:48:42Z,1,1`,
        '2,"O\'Neil \\ ""B""",2021-12-31T23:59:59.9999+00:00,2,2',
      ].join('\n'),
    );
    await bench.load(upload);
    expect(types()).toEqual(['started', 'completed']);
    expect(last()).toMatchObject({
      counts: { rowsRead: 13, rowsLoaded: 2, rowsRejected: 11 },
      summary: '2 rows of file.csv were imported, 11 rows were rejected.',
      conditions: ['employment.results'],
    });
    expect((last().problems as unknown[]).length).toBe(10);
    expect([...(await bench.rejections(upload))]).toEqual([
      { line: 3, column: 'id', code: 'NOT_AN_INTEGER' },
      { line: 4, column: 'id', code: 'OUT_OF_RANGE' },
      { line: 5, column: 'id', code: 'DUPLICATE_ID' },
      { line: 6, column: 'name', code: 'REQUIRED' },
      { line: 7, column: 'datetime', code: 'BAD_DATETIME' },
      { line: 8, column: 'datetime', code: 'BAD_DATETIME' },
      { line: 9, column: 'datetime', code: 'BAD_DATETIME' },
      { line: 10, column: 'department_id', code: 'UNKNOWN_DEPARTMENT' },
      { line: 11, column: 'job_id', code: 'UNKNOWN_JOB' },
      { line: 12, column: null, code: 'WRONG_WIDTH' },
      { line: 13, column: 'name', code: 'TOO_LONG' },
    ]);
    const employees = await bench.db.pool.query('SELECT id, name, hired_at AS hiredAt FROM employees ORDER BY id');
    expect(employees).toMatchObject([
      { id: 1, name: 'Ana', hiredAt: '2021-11-07 02:48:42.000' },
      { id: 2, name: 'O\'Neil \\ "B"', hiredAt: '2021-12-31 23:59:59.999' },
    ]);
  });

  test.each([
    ['an empty file', '', 'The file is empty.'],
    ['a PNG', Buffer.from('89504e470d0a1a0a0000000d', 'hex'), 'not a text file'],
    ['a file without a row of the right width', 'a\nb\n', 'No row has the 2 columns'],
    ['a header with the wrong columns', 'id,name,datetime\n1,a,b\n', 'The header has the wrong columns'],
    [
      'an unbalanced quote in the last line',
      `${'1,a\n'.repeat(50_000)}2,"b`,
      'The quote opened in line 50001 is never closed',
    ],
    ['text that is not UTF-8', Buffer.from('1,a\n2,\xe9t\xe9\n', 'latin1'), 'Line 2 is not valid UTF-8'],
  ])('fails %s and changes nothing', async (_, content, failure) => {
    await bench.load(bench.anUpload('DEPARTMENTS', content));
    expect(types()).toEqual(['started', 'failed']);
    expect(last().failure).toContain(failure);
    expect(await bench.everything()).toMatchObject({ departments: [], rejections: [] });
  });

  test.each([
    ['UTF-16 LE with a byte order mark', Buffer.from('\ufeff1;Sales\r\n2;Büro\r\n', 'utf16le')],
    ['UTF-16 LE', Buffer.from('1;Sales\r\n2;Büro\r\n', 'utf16le')],
    ['UTF-16 BE', Buffer.from('1;Sales\r\n2;Büro', 'utf16le').swap16()],
    ['UTF-8 with a byte order mark and tabs', Buffer.from('\ufeffid\tdepartment\n1\tSales\n2\tBüro')],
  ])('reads %s', async (_, content) => {
    await bench.load(bench.anUpload('DEPARTMENTS', content));
    expect((await bench.everything()).departments).toMatchObject([{ name: 'Sales' }, { name: 'Büro' }]);
  });

  test('handling the same message twice changes nothing and publishes the end again', async () => {
    const upload = bench.anUpload('DEPARTMENTS', '1,Sales\n1,Again\n');
    await bench.load(upload);
    const [before, end] = [await bench.everything(), last()];
    bench.published.length = 0;
    await bench.load(upload);
    expect(await bench.everything()).toEqual(before);
    expect(types()).toEqual(['completed']);
    expect(last()).toEqual({ ...end, at: expect.anything() });
  });

  test('waits for the uploads it depends on', async () => {
    const earlier = bench.anUpload('DEPARTMENTS', departments);
    const upload = bench.anUpload('JOBS', jobs, { dependsOn: [earlier.uploadId] });
    await expect(bench.load(upload)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('earlier upload'),
    });
    await bench.load(earlier);
    await bench.load(upload);
    expect(types()).toEqual(['started', 'completed', 'started', 'completed']);
  });

  test('uploads loaded in any order, twice even, end as if loaded in the order they were accepted', async () => {
    const row = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom('A', 'B', 'C'));
    const files = fc.array(fc.array(row, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(files, fc.infiniteStream(fc.nat(100)), async (contents, choices) => {
        await bench.empty();
        const uploads = contents.map((rows) => bench.anUpload('JOBS', rows.map((cells) => cells.join(',')).join('\n')));
        const model = new Map<number, string>();
        for (const rows of contents) {
          const used = new Set<number>();
          for (const [id, name] of rows) {
            if (!used.has(id)) model.set(id, name);
            used.add(id);
          }
        }
        const shuffled = [...uploads, ...uploads].map((upload) => ({ upload, at: choices.next().value ?? 0 }));
        shuffled.sort((a, b) => a.at - b.at);
        for (const { upload } of shuffled) await bench.load(upload);
        const stored = (await bench.everything()).jobs.map(({ id, name }: { id: number; name: string }) => [id, name]);
        expect(stored).toEqual([...model].sort(([a], [b]) => a - b));
      }),
      { numRuns: 25 },
    );
  });

  test('a hire does not see a department that only a later upload brought', async () => {
    const early = bench.anUpload('HIRED_EMPLOYEES', '1,Ana,2021-11-07T02:48:42Z,1,1');
    await loadReferences();
    await bench.load(early);
    expect([...(await bench.rejections(early))]).toEqual([
      { line: 1, column: 'department_id', code: 'UNKNOWN_DEPARTMENT' },
    ]);
  });
});
