import { createWriteStream, openAsBlob } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openClient, type TestClient, uploadMutation } from './client.ts';
import { departmentsCsv, jobsCsv } from './sample-files.ts';
import { openStack, queryNumbers, type Stack } from './stack.ts';

const MIB = 1024 * 1024;
const rows = 260_000;
const isBad = (id: number) => id % 100 === 0;
const name = 'N'.repeat(200);
/** Makes few rows a large file; spaces around a cell do not count. */
const padding = ' '.repeat(600);

let stack: Stack;
let client: TestClient;
let ann: Awaited<ReturnType<TestClient['register']>>;
let folder: string;

beforeAll(async () => {
  stack = await openStack();
  client = openClient(stack.gatewayUrl);
  ann = await client.register();
  folder = await mkdtemp(join(tmpdir(), 'tributary-large-'));
  await client.load(ann.token, { content: departmentsCsv, kind: 'DEPARTMENTS' });
  await client.load(ann.token, { content: jobsCsv, kind: 'JOBS' });
}, 180_000);

afterAll(async () => {
  await stack?.remove();
  if (folder) await rm(folder, { recursive: true });
}, 60_000);

/** Writes rows 1 … count, every hundredth with an unknown department, and then `ending`. */
async function writeFile(count: number, ending = ''): Promise<string> {
  const path = join(folder, `${count}.csv`);
  await pipeline(async function* () {
    for (let id = 1; id <= count; ) {
      let text = '';
      for (const last = Math.min(count, id + 999); id <= last; id++) {
        text += `${id},${name} ${id},2021-05-06T07:08:09Z,${padding}${isBad(id) ? 99 : 1},2\n`;
      }
      yield text;
    }
    yield ending;
  }, createWriteStream(path));
  return path;
}

async function uploadPath(path: string): Promise<string> {
  const form = new FormData();
  form.set('operations', JSON.stringify({ query: uploadMutation, variables: { file: null, kind: 'HIRED_EMPLOYEES' } }));
  form.set('map', JSON.stringify({ 0: ['variables.file'] }));
  form.set('0', await openAsBlob(path), 'large.csv');
  const answer = await client.send(form, { 'apollo-require-preflight': 'true', ...client.bearer(ann.token) });
  expect(answer.errors).toEqual([]);
  return answer.data.uploadFile.id;
}

/** A process's maximum resident memory, from the kernel. */
async function peakBytes(process: string): Promise<number> {
  const status = await readFile(`/proc/${stack.processes.get(process)?.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

const pid = (process: string) => stack.processes.get(process)?.pid;

const employment = (sql: string) => queryNumbers(stack, 'EMPLOYMENT', sql);

describe('a file of 200 MB', () => {
  test('an unbalanced quote in its last line fails it and changes nothing', async () => {
    const count = 50_000;
    const id = await uploadPath(await writeFile(count, `${count + 1},"Open,2021-05-06T07:08:09Z,1,2\n`));
    const events = await client.follow(ann.token, id);
    expect(events.at(-1)).toMatchObject({
      status: 'FAILED',
      rowsLoaded: 0,
      message: expect.stringContaining(String(count + 1)),
    });
    expect(await employment('SELECT COUNT(*) AS n FROM employees')).toEqual({ n: 0 });
  }, 120_000);

  test('is loaded exactly in less than 256 MB per process, although the loader is killed in the middle', async () => {
    const path = await writeFile(rows);
    expect((await stat(path)).size).toBeGreaterThan(200 * MIB);
    const peaks: Record<string, number> = {};
    const id = await uploadPath(path);

    const loader = stack.processes.get('csv-loader');
    const killedPid = pid('csv-loader');
    const subscription = client.subscriptions(ann.token);
    const query = 'subscription ($id: ID!) { uploadStatus(id: $id) { status rowsRead } }';
    for await (const { data } of subscription.iterate<{ uploadStatus: { status: string; rowsRead: number } }>({
      query,
      variables: { id },
    })) {
      const { rowsRead = 0, status } = data?.uploadStatus ?? {};
      if (status === 'PROCESSING' && rowsRead > 0) break;
    }
    await subscription.dispose();
    peaks.killedLoader = await peakBytes('csv-loader');
    await loader?.kill('SIGKILL');
    const checkpoint = await employment(`SELECT rows_read FROM loads WHERE upload_id = '${id}'`);
    expect(checkpoint.rows_read).toBeGreaterThan(0);
    expect(checkpoint.rows_read).toBeLessThan(rows);

    await loader?.restart();
    expect(pid('csv-loader')).not.toBe(killedPid);
    const events = await client.follow(ann.token, id);
    const bad = rows / 100;
    expect(events.at(-1)).toMatchObject({
      status: 'COMPLETED',
      rowsRead: rows,
      rowsLoaded: rows - bad,
      rowsRejected: bad,
    });
    expect(events.map(({ cursor }) => cursor)).toEqual(events.map((_, index) => index + 1));

    const table = await employment(
      `SELECT COUNT(*) AS n, MIN(id) AS low, MAX(id) AS high, SUM(id % 100 = 0) AS bad, SUM(name <> CONCAT('${name} ', id)) AS wrong FROM employees`,
    );
    expect(table).toEqual({ n: rows - bad, low: 1, high: rows - 1, bad: 0, wrong: 0 });
    const rejections = await employment(
      `SELECT COUNT(*) AS n, SUM(line % 100 <> 0) AS wrong FROM rejections WHERE upload_id = '${id}'`,
    );
    expect(rejections).toEqual({ n: bad, wrong: 0 });

    for (const name of ['gateway', 'uploads', 'csv-loader']) peaks[name] = await peakBytes(name);
    for (const [name, bytes] of Object.entries(peaks)) expect([name, bytes < 256 * MIB]).toEqual([name, true]);
  }, 300_000);
});
