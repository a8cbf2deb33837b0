import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type StatementCounter, startStatementCounter, testServers, uniqueName } from '@tributary/testing';
import { openClient, type TestClient } from './client.ts';
import { describeStreamingClients } from './describe-streaming-clients.ts';
import { departmentsCsv, employeesCsv, jobsCsv } from './sample-files.ts';
import { openStack, type Stack } from './stack.ts';

let stack: Stack;
let client: TestClient;
let ann: Awaited<ReturnType<TestClient['register']>>;
let counters: StatementCounter[];

beforeAll(async () => {
  const instance = uniqueName('e2e');
  const counted = (database: string) => startStatementCounter(`${testServers().MARIADB_URL}/${instance}_${database}`);
  const [users, uploads, employment] = await Promise.all([counted('users'), counted('uploads'), counted('employment')]);
  counters = [users, uploads, employment];
  stack = await openStack({
    instance,
    workers: 'together',
    processEnvironment: {
      users: { USERS_DATABASE_URL: users.url },
      uploads: { UPLOADS_DATABASE_URL: uploads.url },
      employees: { EMPLOYMENT_DATABASE_URL: employment.url },
    },
  });
  client = openClient(stack.gatewayUrl);
  ann = await client.register();
}, 180_000);

afterAll(async () => {
  await stack?.remove();
  await Promise.all((counters ?? []).map((counter) => counter.close()));
}, 60_000);

describe('one graph over all subgraphs', () => {
  test('three files sent at once, the employees first, end as if sent one after the other', async () => {
    const rejected = '61,Sixty-one,2021-02-30T08:00:00Z,1,1\n';
    const content = employeesCsv(60) + rejected;
    const [employees, departments, jobs] = await Promise.all([
      client.upload(ann.token, { content, kind: 'HIRED_EMPLOYEES' }),
      client.upload(ann.token, { content: departmentsCsv, kind: 'DEPARTMENTS' }),
      client.upload(ann.token, { content: jobsCsv, kind: 'JOBS' }),
    ]);
    const ends = await Promise.all(
      [departments, jobs, employees].map(async ({ id }) => (await client.follow(ann.token, id)).at(-1)),
    );
    expect(ends).toMatchObject([
      { status: 'COMPLETED', rowsLoaded: 3, rowsRejected: 0 },
      { status: 'COMPLETED', rowsLoaded: 2, rowsRejected: 0 },
      { status: 'COMPLETED', rowsLoaded: 60, rowsRejected: 1 },
    ]);
  });

  test('me → uploads → rejections crosses users, uploads and employees', async () => {
    const query = '{ me { email uploads(first: 10) { nodes { kind rejections { nodes { line code } } } } } }';
    const { me } = await client.data(query, {}, ann.token);
    expect(me.email).toBe(ann.email);
    expect(me.uploads.nodes).toHaveLength(3);
    expect(me.uploads.nodes[0]).toEqual({
      kind: 'HIRED_EMPLOYEES',
      rejections: { nodes: [{ line: 61, code: 'BAD_DATETIME' }] },
    });
  });

  test('department → employees → upload → uploadedBy crosses employees, uploads and users', async () => {
    const query =
      '{ departments { name employees(first: 2) { nodes { name upload { filename uploadedBy { name } } } } } }';
    const { departments } = await client.data(query, {}, ann.token);
    expect(departments).toHaveLength(3);
    expect(departments[0].employees.nodes[0]).toEqual({
      name: 'Person 1',
      upload: { filename: 'file.csv', uploadedBy: { name: 'Ann Example' } },
    });
  });

  test('takes the same number of SQL statements for 1 and for 50 employees', async () => {
    const query = `query ($first: Int!) { employees(first: $first) { nodes {
      id name department { name } job { name } upload { filename rejections { totalCount } uploadedBy { name } } } } }`;
    const statements = async (first: number) => {
      for (const counter of counters) counter.take();
      const { employees } = await client.data(query, { first }, ann.token);
      expect(employees.nodes).toHaveLength(first);
      return counters.map((counter) => counter.take());
    };
    // Readiness checks and the outbox also send statements: the minimum of several counts is the query's.
    const minimum = async (first: number) => {
      const counts: number[][] = [];
      for (let round = 0; round < 8; round++) counts.push(await statements(first));
      return counters.map((_, index) => Math.min(...counts.map((each) => each[index] ?? 0)));
    };
    await statements(50);
    const forOne = await minimum(1);
    expect(forOne.every((count) => count > 0)).toBe(true);
    expect(await minimum(50)).toEqual(forOne);
  });

  test('another user sees no uploads behind employees', async () => {
    const other = await client.register();
    const { employees } = await client.data(
      '{ employees(first: 1) { nodes { name upload { id } } } }',
      {},
      other.token,
    );
    expect(employees.nodes).toEqual([{ name: 'Person 1', upload: null }]);
  });

  test('a hung subgraph fails only its own fields, within 5 s', async () => {
    const { pid } = stack.processes.get('employees') ?? {};
    if (pid === undefined) throw new Error('There is no process employees');
    process.kill(pid, 'SIGSTOP');
    try {
      const begun = performance.now();
      const query = '{ me { name uploads(first: 1) { nodes { id rejections { totalCount } } } } departments { name } }';
      const { data, errors } = await client.graph(query, {}, ann.token);
      expect(performance.now() - begun).toBeLessThan(8_000);
      expect(data).toMatchObject({
        me: { name: 'Ann Example', uploads: { nodes: [{ id: expect.any(String), rejections: null }] } },
        departments: null,
      });
      const paths = errors.map(({ path, extensions }) => `${extensions.code} ${path?.join('.')}`);
      expect(paths.sort()).toEqual(['UNAVAILABLE departments', 'UNAVAILABLE me.uploads.nodes.0.rejections']);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  describeStreamingClients(() => ({ stack, client, token: ann.token }));
});
