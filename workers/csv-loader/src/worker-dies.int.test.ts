import { execFile } from 'node:child_process';
import { rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import { type LoaderGround, openLoaderGround } from '../fixtures/loader-process.ts';

const run = promisify(execFile);
const deadLettersScript = fileURLToPath(new URL('../../../scripts/dead-letters.mjs', import.meta.url));
const ROWS = 400_000;
const manyJobs = Array.from({ length: ROWS }, (_, index) => `${index + 1},Job ${index}`).join('\n');

describe('a worker that is killed with an upload in hand', () => {
  let ground: LoaderGround;
  beforeAll(async () => {
    ground = await openLoaderGround();
  });
  afterAll(() => ground.close());

  const deadLetters = async (...args: string[]) =>
    (await run(process.execPath, [deadLettersScript, ...args], { env: { ...process.env, ...ground.environment } }))
      .stdout;
  const completed = (uploadId: string) =>
    ground.published.filter(
      ({ type, body }) => type.endsWith('completed') && Reflect.get(Object(body), 'uploadId') === uploadId,
    );

  test('five times at the same point sets the upload aside, and brought back it is loaded with a clean count', async () => {
    // Whoever opens it waits for a writer that never comes: every worker is killed in its first pass.
    const upload = await ground.submit((file) => run('mkfifo', [file]));
    for (let life = 1; life <= 5; life++) {
      const worker = await ground.start();
      await waitFor(async () => (await ground.loadOf(upload))?.starts === life, {
        what: `life ${life} to begin`,
        timeoutMs: 30_000,
      });
      await worker.kill('SIGKILL');
    }
    expect(await deadLetters()).toContain('No dead letters.');
    const last = await ground.start();
    const listed = await waitFor(async () => (await deadLetters()).includes(upload.uploadId) && deadLetters(), {
      timeoutMs: 20_000,
    });
    expect(listed).toContain('csv-loader: 1 dead letter');
    expect(listed).toContain('5 workers crashed while they loaded this upload, without any progress.');
    const told = await waitFor(() => ground.published.find(({ type }) => type.endsWith('delayed')));
    expect(told.body).toMatchObject({
      uploadId: upload.uploadId,
      message: expect.stringContaining('Loading failed repeatedly.'),
    });
    expect(await ground.loadOf(upload)).toMatchObject({ state: 'LOADING', starts: 0 });

    const file = ground.fileOf(upload.fileId);
    await writeFile(`${file}.whole`, '1,Engineer\n2,Manager\n');
    await rename(`${file}.whole`, file);
    expect(await deadLetters('--replay', 'csv-loader')).toContain('1 of 1 dead letters are back');
    await waitFor(() => completed(upload.uploadId).length === 1, { timeoutMs: 30_000 });
    expect(await ground.loadOf(upload)).toMatchObject({ state: 'COMPLETED', rowsLoaded: 2 });
    expect(await deadLetters()).toContain('No dead letters.');
    await last.kill('SIGTERM');
  }, 180_000);

  test('many times, but each time after some progress, loses nothing and sets nothing aside', async () => {
    const upload = await ground.submit(manyJobs);
    let rows = 0;
    for (let deaths = 0; deaths < 8; deaths++) {
      const worker = await ground.start();
      rows = await waitFor(
        async () => {
          const load = await ground.loadOf(upload);
          return load !== undefined && load.rowsRead > rows && load.rowsRead;
        },
        { timeoutMs: 30_000 },
      );
      await worker.kill('SIGKILL');
    }
    expect(rows).toBeLessThan(ROWS);
    const last = await ground.start();
    await waitFor(() => completed(upload.uploadId).length > 0, { timeoutMs: 60_000 });
    expect(await ground.loadOf(upload)).toMatchObject({ state: 'COMPLETED', rowsRead: ROWS, rowsLoaded: ROWS });
    const [stored] = await ground.db.pool.query('SELECT COUNT(*) AS jobs FROM jobs WHERE upload_id = ?', [
      upload.uploadId,
    ]);
    expect(Number(stored.jobs)).toBe(ROWS);
    expect(await deadLetters()).toContain('No dead letters.');
    await last.kill('SIGTERM');
  }, 180_000);
});
