import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import { z } from 'zod';
import { findDeployables } from '../scripts/stack/declarations.mjs';
import { openClient, type TestClient } from './client.ts';
import { describeMetrics } from './describe-metrics.ts';
import { departmentsCsv, employeesCsv, jobsCsv } from './sample-files.ts';
import { openStack, type Stack } from './stack.ts';

const mailList = z.array(
  z.looseObject({ subject: z.string(), text: z.string(), to: z.array(z.looseObject({ address: z.string() })) }),
);

let stack: Stack;
let client: TestClient;
let ann: Awaited<ReturnType<TestClient['register']>>;

beforeAll(async () => {
  stack = await openStack();
  client = openClient(stack.gatewayUrl);
  ann = await client.register();
}, 180_000);

afterAll(() => stack?.remove(), 60_000);

const badRows = ['8,,2021-01-15T08:00:00Z,1,1', '9,Nine,2021-01-15T08:00:00Z,77,1'].join('\n');
const employees = `${employeesCsv(7)}${badRows}\n`;

describe('from a CSV file to an answered query', () => {
  test('departments, then jobs, then employees are loaded, with the right rows rejected', async () => {
    expect(await client.load(ann.token, { content: departmentsCsv, kind: 'DEPARTMENTS' })).toMatchObject({
      status: 'COMPLETED',
      rowsLoaded: 3,
      rowsRejected: 0,
      percent: 100,
    });
    await client.load(ann.token, { content: jobsCsv, kind: 'JOBS' });
    const { id, ...record } = await client.load(ann.token, { content: employees, kind: 'HIRED_EMPLOYEES' });
    expect(record).toMatchObject({ status: 'COMPLETED', rowsRead: 9, rowsLoaded: 7, rowsRejected: 2 });

    const query = `query ($id: ID!) { fileUpload(id: $id) { rejections { totalCount nodes { line column code message raw } } } }`;
    const { rejections } = (await client.data(query, { id }, ann.token)).fileUpload;
    expect(rejections.totalCount).toBe(2);
    expect(rejections.nodes).toMatchObject([
      { line: 8, column: 'name', code: 'REQUIRED', raw: '8,,2021-01-15T08:00:00Z,1,1' },
      { line: 9, column: 'department_id', code: 'UNKNOWN_DEPARTMENT', message: expect.stringContaining('77') },
    ]);
  });

  test('both predetermined queries count the loaded rows', async () => {
    const query =
      '{ hiresByQuarter(year: 2021) { department job q1 q2 q3 q4 } departmentsAboveMean(year: 2021) { id department hired } }';
    const answers = await client.data(query, {}, ann.token);
    expect(answers.departmentsAboveMean).toEqual([{ id: '1', department: 'Harbour', hired: 3 }]);
    expect(answers.hiresByQuarter).toEqual([
      { department: 'Harbour', job: 'Miller', q1: 0, q2: 0, q3: 0, q4: 1 },
      { department: 'Harbour', job: 'Pilot', q1: 1, q2: 0, q3: 1, q4: 0 },
      { department: 'Mill', job: 'Miller', q1: 0, q2: 1, q3: 0, q4: 0 },
      { department: 'Mill', job: 'Pilot', q1: 1, q2: 0, q3: 0, q4: 0 },
      { department: 'Weir', job: 'Miller', q1: 0, q2: 1, q3: 0, q4: 0 },
      { department: 'Weir', job: 'Pilot', q1: 0, q2: 0, q3: 1, q4: 0 },
    ]);
    expect((await client.data('{ hiresByQuarter(year: 1999) { q1 } }', {}, ann.token)).hiresByQuarter).toEqual([]);
  });

  test('a subscription gets events 1 to n without gaps, at least five, and ends with COMPLETED', async () => {
    const { id } = await client.upload(ann.token, {
      content: employeesCsv(2000, { first: 100 }),
      kind: 'HIRED_EMPLOYEES',
    });
    const events = await client.follow(ann.token, id);
    expect(events.length).toBeGreaterThanOrEqual(5);
    expect(events.map(({ cursor }) => cursor)).toEqual(events.map((_, index) => index + 1));
    const statuses = [...new Set(events.map(({ status }) => status))];
    expect(statuses).toEqual(['RECEIVED', 'QUEUED', 'PROCESSING', 'LOADED', 'COMPLETED']);
    expect(events.at(-1)).toMatchObject({ rowsRead: 2000, rowsLoaded: 2000, percent: 100 });

    const rest = await client.follow(
      ann.token,
      id,
      3,
      'upload { filename rejections { totalCount } uploadedBy { name } }',
    );
    expect(rest.map(({ cursor }) => cursor)).toEqual(events.slice(3).map(({ cursor }) => cursor));
    expect(rest[0]).toMatchObject({
      upload: { filename: 'file.csv', rejections: { totalCount: 0 }, uploadedBy: { name: 'Ann Example' } },
    });
    expect(await client.follow(ann.token, id, events.length)).toEqual([]);
  });

  test('the same file again changes no row and no result', async () => {
    const query =
      '{ employees(first: 20) { totalCount nodes { id name hiredAt department { name } job { name } } } hiresByQuarter(year: 2021) { department job q1 q2 q3 q4 } }';
    const before = await client.data(query, {}, ann.token);
    expect(await client.load(ann.token, { content: employees, kind: 'HIRED_EMPLOYEES' })).toMatchObject({
      rowsLoaded: 7,
      rowsRejected: 2,
    });
    expect(await client.data(query, {}, ann.token)).toEqual(before);
  });

  test('the uploader gets one mail about each upload, with the result', async () => {
    const { id } = await client.load(ann.token, {
      content: employees,
      kind: 'HIRED_EMPLOYEES',
      filename: 'spring.csv',
    });
    await waitFor(async () => (await client.record(ann.token, id)).notifiedAt, {
      what: 'notifiedAt',
      timeoutMs: 20_000,
    });
    const mails = mailList.parse(await (await fetch(`${stack.mailUrl}/email`)).json());
    const about = mails.filter(({ subject }) => subject.includes('spring.csv'));
    expect(about).toHaveLength(1);
    expect(about[0]).toMatchObject({ to: [{ address: ann.email }], text: expect.stringContaining('77') });
  });

  test('the original file and the rejected rows can be downloaded by their signed links, byte for byte', async () => {
    const { id, downloadUrl } = await client.upload(ann.token, {
      content: employees,
      kind: 'HIRED_EMPLOYEES',
      filename: 'naïve "file".csv',
    });
    await client.follow(ann.token, id);
    const file = await fetch(downloadUrl);
    expect(file.status).toBe(200);
    expect(await file.text()).toBe(employees);
    expect(file.headers.get('x-content-type-options')).toBe('nosniff');
    expect(file.headers.get('content-disposition')).toMatch(/^attachment/);

    const { rejectedRowsUrl } = (
      await client.data('query ($id: ID!) { fileUpload(id: $id) { rejectedRowsUrl } }', { id }, ann.token)
    ).fileUpload;
    const rejected = await (await fetch(rejectedRowsUrl)).text();
    expect(rejected.trim().split(/\r?\n/)).toHaveLength(3);
    expect(rejected).toMatch(/9,Nine,2021-01-15T08:00:00Z,77,1,9,department_id,/);

    expect((await fetch(downloadUrl.replace(/\?.*/, ''), { headers: client.bearer(ann.token) })).status).toBe(200);
  });

  describeMetrics(() => ({ stack, client, ann, employees }));

  test('SIGTERM ends every process cleanly', async () => {
    const others = [...stack.processes.values()].filter(({ name }) => name !== 'mailbox');
    expect(others.map(({ name }) => name).sort()).toEqual(
      findDeployables()
        .map(({ name }) => name)
        .sort(),
    );
    const exits = await Promise.all(others.map(async (one) => [one.name, (await one.kill('SIGTERM')).code]));
    expect(exits).toEqual(others.map(({ name }) => [name, 0]));
  });
});
