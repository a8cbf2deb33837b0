import { generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock as clock, createLog } from '@tributary/core';
import { readRows } from '@tributary/employment-db';
import { readTypeDefs, startSubgraph } from '@tributary/graphql';
import { createTestDatabase, type TestDatabase } from '@tributary/testing';
import { openPrismaEmploymentDb, type PrismaEmploymentDb } from '../../../prisma/employment/fixtures/prisma-db.ts';
import { createContext } from './context.ts';
import type { ReadRows } from './loaders.ts';
import { rejectedRowsRoute } from './rejected-rows.ts';
import { resolvers } from './resolvers.ts';

const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const log = createLog('test', 'silent');
const secret = 'a secret of at least thirty-two characters';
const mine = '0197c0de-0000-7000-8000-000000000001';
const theirs = '0197c0de-0000-7000-8000-000000000002';
let database: TestDatabase;
let db: PrismaEmploymentDb;
let subgraph: { url: string; stop: () => Promise<void> };
let statements = 0;
const deleted = new Set<string>();

beforeAll(async () => {
  database = await createTestDatabase('employment');
  db = openPrismaEmploymentDb(database.url);
  await addRows();
  const read: ReadRows = (query) => {
    statements += 1;
    return readRows(db.pool, query);
  };
  const results = { read: async () => [] };
  const downloads = { publicUrl: 'http://localhost:4000', secret };
  subgraph = await startSubgraph({
    name: 'employees',
    typeDefs: await readTypeDefs(new URL('../', import.meta.url)),
    resolvers,
    context: (request) => createContext(request, { read, results, clock, downloads }),
    host: '127.0.0.1',
    port: 0,
    internalTokenPublicKey: keys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    log,
    ready: () => [],
    routes: [rejectedRowsRoute({ read, deletedUploads: { has: async (id) => deleted.has(id) }, clock, secret, log })],
  });
});

beforeEach(() => {
  statements = 0;
});

afterAll(async () => {
  await subgraph.stop();
  await db.close();
  await database.drop();
});

async function addRows() {
  const written = { sequence: 1, firstSequence: 1, uploadId: mine };
  const ids = Array.from({ length: 60 }, (_, index) => index + 1);
  await db.client.department.createMany({ data: ids.map((id) => ({ id, name: `Department ${id}`, ...written })) });
  await db.client.job.createMany({ data: ids.map((id) => ({ id, name: `Job ${id}`, ...written })) });
  await db.client.employee.createMany({
    data: ids.map((id) => ({
      id,
      name: `Name ${id % 7}%`,
      hiredAt: new Date(Date.UTC(2021, id % 5)),
      departmentId: (id % 30) + 1,
      jobId: id,
      sequence: 1,
      uploadId: id % 2 ? mine : theirs,
    })),
  });
  const load = { kind: 'JOBS', state: 'COMPLETED', reasons: [] };
  await db.client.load.create({
    data: { ...load, uploadId: mine, uploaderId: 'me', sequence: 1, rowsRejected: 120, dialect: { delimiter: ';' } },
  });
  await db.client.load.create({
    data: { ...load, uploadId: theirs, uploaderId: 'them', sequence: 2, rowsRejected: 1 },
  });
  await db.client.rejection.createMany({
    data: Array.from({ length: 120 }, (_, index) => ({
      uploadId: mine,
      line: index + 1,
      columnName: 'id',
      code: 'BAD_ID',
      message: 'id must be a number',
      raw: index === 7 ? 'é'.repeat(300_000) : `=x${index};"a;b";extra`,
    })),
  });
}

function tokenOf(id: string, permissions: string[]) {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const iat = Math.floor(Date.now() / 1000);
  const claims = { sub: id, email: `${id}@example.com`, name: id, permissions, iat, exp: iat + 60 };
  const head = `${encode({ alg: 'ES256', typ: 'JWT' })}.${encode({ ...claims, iss: 'tributary-gateway', aud: 'subgraph:employees' })}`;
  const signature = sign('sha256', Buffer.from(head), { key: keys.privateKey, dsaEncoding: 'ieee-p1363' });
  return `Bearer ${head}.${signature.toString('base64url')}`;
}

async function ask(query: string, permissions = ['QUERY'], id = 'me') {
  const response = await fetch(subgraph.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: tokenOf(id, permissions) },
    body: JSON.stringify({ query }),
  });
  return JSON.parse(await response.text());
}

describe('the employees subgraph', () => {
  test('shortens the text of a rejected row to 200 characters', async () => {
    const { data } = await ask(
      `{ _entities(representations: [{ __typename: "FileUpload", id: "${mine}" }]) { ... on FileUpload { rejections(first: 10) { nodes { raw } } } } }`,
    );
    const texts = data._entities[0].rejections.nodes.map(({ raw }: { raw: string }) => raw);
    expect(texts[7]).toBe(`${'é'.repeat(199)}…`);
    expect(texts[0]).toBe('=x0;"a;b";extra');
  });

  test.each(['ID', 'NAME', 'HIRED_AT'])(
    'pages by %s in both directions without losing or repeating a row',
    async (field) => {
      for (const direction of ['ASC', 'DESC']) {
        const seen: string[] = [];
        let after: string | null = null;
        do {
          const { data } = await ask(`{ employees(first: 7, after: ${JSON.stringify(after)},
          orderBy: { field: ${field}, direction: ${direction} }) { nodes { id } pageInfo { hasNextPage endCursor } totalCount } }`);
          seen.push(...data.employees.nodes.map((node: { id: string }) => node.id));
          expect(data.employees.totalCount).toBe(60);
          after = data.employees.pageInfo.hasNextPage ? data.employees.pageInfo.endCursor : null;
        } while (after !== null);
        expect(new Set(seen).size).toBe(60);
        expect(seen).toHaveLength(60);
      }
    },
  );

  test('runs as many SQL statements for 50 employees as for 1', async () => {
    const counts: number[] = [];
    for (const first of [1, 50]) {
      statements = 0;
      const { errors } =
        await ask(`{ employees(first: ${first}) { totalCount nodes { job { name } upload { id rejections { nodes { line } } }
        department { name employees(first: 3) { totalCount nodes { id } } } } } }`);
      expect(errors).toBeUndefined();
      counts.push(statements);
    }
    expect(counts[0]).toBe(counts[1]);
  });

  test('hides the upload of a row that is someone else’s, and takes a wildcard in a filter literally', async () => {
    const { data } = await ask('{ employees(first: 2) { nodes { upload { id } } } }');
    expect(data.employees.nodes).toEqual([{ upload: { id: mine } }, { upload: null }]);
    const filtered = await ask(
      '{ a: employees(filter: { nameContains: "%" }) { totalCount } b: employees(filter: { nameContains: "_%" }) { totalCount } }',
    );
    expect(filtered.data).toEqual({ a: { totalCount: 60 }, b: { totalCount: 0 } });
  });

  test.each([
    ['{ employees(first: 100000) { nodes { id } } }', 'BAD_USER_INPUT'],
    ['{ employees(after: "bogus") { nodes { id } } }', 'BAD_USER_INPUT'],
    ['{ hiresByQuarter(year: 0) { q1 } }', 'BAD_USER_INPUT'],
    [`{ employees(filter: { uploadId: "${theirs}" }) { nodes { id } } }`, 'FORBIDDEN'],
    [`{ _entities(representations: [{ __typename: "FileUpload", id: "${theirs}" }]) { __typename } }`, 'FORBIDDEN'],
  ])('refuses %s with %s', async (query, code) => {
    const { errors } = await ask(query);
    expect(errors[0].extensions.code).toBe(code);
  });

  test('refuses employees without the QUERY permission, also through _entities', async () => {
    const entities =
      '{ _entities(representations: [{ __typename: "Employee", id: "1" }]) { ... on Employee { name } } }';
    for (const query of ['{ employees { nodes { id } } }', '{ departments { id } }', entities]) {
      const { errors } = await ask(query, ['UPLOAD']);
      expect(errors[0].extensions.code).toBe('FORBIDDEN');
    }
  });

  test('streams every rejected row in file order by a signed URL, with formulas defused', async () => {
    const { data } = await ask(
      `{ _entities(representations: [{ __typename: "FileUpload", id: "${mine}" }]) { ... on FileUpload { rejectedRowsUrl } } }`,
    );
    const url = new URL(data._entities[0].rejectedRowsUrl);
    const response = await fetch(new URL(url.pathname + url.search, subgraph.url));
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/);
    const lines = (await response.text()).split('\r\n');
    expect(lines).toHaveLength(122);
    expect(lines[0]).toBe('id,job,line,column,reason');
    expect(lines[120]).toBe("'=x119,a;b,120,id,id must be a number,extra");
    expect((await fetch(new URL(url.pathname, subgraph.url))).status).toBe(401);
    const other = { headers: { authorization: tokenOf('them', ['UPLOAD']) } };
    expect((await fetch(new URL(url.pathname, subgraph.url), other)).status).toBe(403);
    deleted.add(mine);
    const gone = await fetch(new URL(url.pathname + url.search, subgraph.url));
    expect([gone.status, gone.headers.get('content-disposition')]).toEqual([404, null]);
    deleted.clear();
  });
});
