import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { testServers, waitFor } from '@tributary/testing';
import { openVhosts } from '../scripts/servers/rabbitmq-vhosts.mjs';
import { openClient, type TestClient, uploadMutation } from './client.ts';
import { describeAccess } from './describe-access.ts';
import { departmentsCsv, employeesCsv, jobsCsv } from './sample-files.ts';
import { openStack, queryNumbers, type Stack } from './stack.ts';

const MAX_UPLOAD_BYTES = 100_000;

let stack: Stack;
let client: TestClient;
let ann: Awaited<ReturnType<TestClient['register']>>;
let admin: string;

beforeAll(async () => {
  stack = await openStack({ workers: 'together', environment: { MAX_UPLOAD_BYTES: String(MAX_UPLOAD_BYTES) } });
  client = openClient(stack.gatewayUrl);
  ann = await client.register();
  admin = await client.login(stack.admin.email, stack.admin.password);
  await client.load(ann.token, { content: departmentsCsv, kind: 'DEPARTMENTS' });
  await client.load(ann.token, { content: jobsCsv, kind: 'JOBS' });
}, 180_000);

afterAll(() => stack?.remove(), 60_000);

/** The number of rows, messages and files that an upload leaves before it is loaded. */
async function leftBehind(): Promise<Record<string, number>> {
  const counts = await queryNumbers(
    stack,
    'UPLOADS',
    'SELECT (SELECT COUNT(*) FROM uploads) AS uploads, (SELECT COUNT(*) FROM upload_events) AS events, (SELECT COUNT(*) FROM intakes) AS intakes, (SELECT COUNT(*) FROM outbox) AS messages',
  );
  const folder = fileURLToPath(stack.environment.FILE_STORE_URL ?? '');
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  return { ...counts, files: files.filter((entry) => entry.isFile()).length };
}

/** The same numbers once no upload of an earlier test is in flight. */
const atRest = () =>
  waitFor(
    async () => {
      const counts = await leftBehind();
      return counts.intakes === 0 && counts.messages === 0 ? counts : null;
    },
    { what: 'an empty outbox' },
  );

const employmentRows = () =>
  queryNumbers(
    stack,
    'EMPLOYMENT',
    'SELECT (SELECT COUNT(*) FROM departments) AS departments, (SELECT COUNT(*) FROM jobs) AS jobs, (SELECT COUNT(*) FROM employees) AS employees',
  );

const validFile = { content: departmentsCsv, kind: 'DEPARTMENTS' };

describeAccess(() => ({ stack, client, ann, admin, leftBehind, atRest }));

describe('uploads and arguments', () => {
  let before: Record<string, number>;
  beforeEach(async () => {
    before = await atRest();
  });

  function multipart(map: object, files: Record<string, string>, variables: object = { file: null, kind: 'JOBS' }) {
    const form = new FormData();
    form.set('operations', JSON.stringify({ query: uploadMutation, variables }));
    form.set('map', JSON.stringify(map));
    for (const [name, content] of Object.entries(files)) form.set(name, new Blob([content]), `${name}.csv`);
    return client.send(form, { 'apollo-require-preflight': 'true', ...client.bearer(ann.token) });
  }

  test('no file: BAD_USER_INPUT and leaves nothing', async () => {
    const missing = await multipart({ 0: ['variables.file'] }, {});
    expect(missing.errors).toMatchObject([
      { message: expect.stringMatching(/file/i), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    const json = await client.graph(uploadMutation, { file: 'x', kind: 'JOBS' }, ann.token);
    expect(json.errors).toMatchObject([
      { message: expect.stringMatching(/upload/i), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect(await leftBehind()).toEqual(before);
  });

  test('two files: BAD_USER_INPUT and leaves nothing', async () => {
    const { errors } = await multipart({ 0: ['variables.file'], 1: ['variables.file'] }, { 0: jobsCsv, 1: jobsCsv });
    expect(errors).toMatchObject([{ message: expect.stringMatching(/file/i), extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await leftBehind()).toEqual(before);
  });

  test('file over MAX_UPLOAD_BYTES: FILE_TOO_LARGE names the limit and leaves nothing', async () => {
    const { errors } = await client.tryUpload(ann.token, { content: 'x'.repeat(MAX_UPLOAD_BYTES + 1), kind: 'JOBS' });
    expect(errors).toMatchObject([
      { message: expect.stringContaining(String(MAX_UPLOAD_BYTES)), extensions: { code: 'FILE_TOO_LARGE' } },
    ]);
    await waitFor(async () => JSON.stringify(await leftBehind()) === JSON.stringify(before), { what: 'nothing left' });
  });

  test('client disconnects half-way: leaves nothing', async () => {
    const boundary = 'half-way';
    const part = (name: string, text: string, more = '') =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${text}`;
    const half =
      `${part('operations', JSON.stringify({ query: uploadMutation, variables: { file: null, kind: 'JOBS' } }))}\r\n` +
      `${part('map', JSON.stringify({ 0: ['variables.file'] }))}\r\n${part('0', 'x'.repeat(60_000), '; filename="half.csv"')}`;
    const outgoing = request(client.url, {
      method: 'POST',
      headers: {
        ...client.bearer(ann.token),
        'apollo-require-preflight': 'true',
        'content-type': `multipart/form-data; boundary=${boundary}`,
        'content-length': half.length + 10_000,
      },
    });
    outgoing.on('error', () => {});
    outgoing.write(half);
    await waitFor(async () => (await leftBehind()).intakes === 1, { what: 'the intake to start' });
    const closed = new Promise((resolve) => outgoing.once('close', resolve));
    outgoing.destroy();
    await closed;
    await waitFor(async () => JSON.stringify(await leftBehind()) === JSON.stringify(before), { what: 'nothing left' });
  });

  const faultyFiles: [
    string,
    { content: string | Uint8Array<ArrayBuffer>; kind: string; filename?: string },
    RegExp,
  ][] = [
    ['empty file', { content: '', kind: 'JOBS' }, /empty/i],
    [
      'a PNG named .csv',
      {
        content: Uint8Array.from([
          0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1,
        ]),
        kind: 'JOBS',
        filename: 'picture.csv',
      },
      /binary|text/i,
    ],
    ['wrong columns', { content: employeesCsv(3), kind: 'JOBS' }, /column/i],
    ['unbalanced quote', { content: '1,Pilot\n2,"Miller\n3,Smith\n', kind: 'JOBS' }, /quote.*line 2|line 2.*quote/i],
  ];

  test.each(faultyFiles)('%s: FAILED with the reason, and no row is changed', async (_name, file, reason) => {
    const rows = await employmentRows();
    const record = await client.load(ann.token, file);
    expect(record).toMatchObject({ status: 'FAILED', rowsLoaded: 0, failure: expect.stringMatching(reason) });
    expect(await employmentRows()).toEqual(rows);
  });

  test.each([
    ['unknown department', '900,Ann,2021-01-01T00:00:00Z,77,1', 'department_id', 'UNKNOWN_DEPARTMENT', '77'],
    ['unknown job', '900,Ann,2021-01-01T00:00:00Z,1,88', 'job_id', 'UNKNOWN_JOB', '88'],
    ['bad date', '900,Ann,2021-02-30T00:00:00Z,1,1', 'datetime', 'BAD_DATETIME', '2021-02-30T00:00:00Z'],
    ['year 0', '900,Ann,0000-01-01T00:00:00Z,1,1', 'datetime', 'BAD_DATETIME', '0000-01-01T00:00:00Z'],
  ])(
    '%s in a row: the row is rejected with column, code and value, and is not loaded',
    async (_name, row, column, code, value) => {
      const rows = await employmentRows();
      const { id, status, rowsRejected } = await client.load(ann.token, {
        content: `${row}\n`,
        kind: 'HIRED_EMPLOYEES',
      });
      expect([status, rowsRejected]).toEqual(['COMPLETED', 1]);
      const query =
        'query ($id: ID!) { fileUpload(id: $id) { rejections { nodes { line column code message raw } } } }';
      expect((await client.data(query, { id }, ann.token)).fileUpload.rejections.nodes).toEqual([
        { line: 1, column, code, message: expect.stringContaining(value), raw: row },
      ]);
      expect(await employmentRows()).toEqual(rows);
    },
  );

  test.each([
    ['year 0', '{ hiresByQuarter(year: 0) { q1 } }', /0/],
    ['year 10000', '{ departmentsAboveMean(year: 10000) { id } }', /10000/],
    ['first: 1000', '{ employees(first: 1000) { nodes { id } } }', /100, not 1000/],
    ['first: -1', '{ fileUploads(first: -1) { nodes { id } } }', /-1/],
    ['bad cursor', '{ employees(after: "garbage") { nodes { id } } }', /cursor|after/i],
    ['bad cursor of uploads', '{ fileUploads(after: "garbage") { nodes { id } } }', /cursor|after/i],
  ])('%s: BAD_USER_INPUT that names it', async (_name, query, text) => {
    const { errors } = await client.graph(query, {}, ann.token);
    expect(errors).toMatchObject([{ message: expect.stringMatching(text), extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('same idempotencyKey with another file: CONFLICT and leaves nothing; with the same file: the original upload', async () => {
    const key = randomUUID();
    const original = await client.upload(ann.token, { ...validFile, key });
    await client.follow(ann.token, original.id);
    const afterFirst = await leftBehind();
    const other = await client.tryUpload(ann.token, {
      content: `${departmentsCsv}4,Lock\r\n`,
      kind: 'DEPARTMENTS',
      key,
    });
    expect(other.errors).toMatchObject([{ message: expect.stringContaining(key), extensions: { code: 'CONFLICT' } }]);
    const otherKind = await client.tryUpload(ann.token, { ...validFile, kind: 'JOBS', key });
    expect(otherKind.errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
    expect((await client.upload(ann.token, { ...validFile, key })).id).toBe(original.id);
    const { messages: _sent, ...before } = afterFirst as { messages: number };
    await waitFor(async () => await leftBehind(), { what: 'a look' });
    expect(await leftBehind()).toMatchObject(before);
  });
});

test('after all tests no message is left in any queue', async () => {
  const servers = testServers();
  const vhosts = await openVhosts(servers.RABBITMQ_URL, { ...servers });
  await waitFor(
    async () => {
      const waiting = Object.entries(await vhosts.queues(stack.instance)).filter(([, count]) => count > 0);
      return waiting.length === 0;
    },
    { what: 'every queue to be empty', timeoutMs: 30_000, intervalMs: 500 },
  );
});
