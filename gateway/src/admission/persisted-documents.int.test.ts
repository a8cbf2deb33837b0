import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { askForStream, multipart, sse } from '../../fixtures/http-streams.ts';
import { type Started, startFixture } from '../../fixtures/start-fixture.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const extensionsOf = (hash: string) => ({ persistedQuery: { version: 1, sha256Hash: hash } });

async function post(url: string, body: object) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) });
  return Object(await response.json());
}

async function get(url: string, parameters: Record<string, string>) {
  const search = new URLSearchParams(parameters);
  const response = await fetch(`${url}/graphql?${search}`, { headers: { 'apollo-require-preflight': 'yes' } });
  return Object(await response.json());
}

describe('an automatic persisted query', () => {
  let fixture: Started;
  beforeAll(async () => {
    fixture = await startFixture({ APQ_MAX_DOCUMENTS: '2', APQ_MAX_BYTES: '60', APQ_TTL_SECONDS: '100' });
    await fixture.untilReady();
  });
  afterAll(() => fixture.stop());

  test('is not found by its hash until it came with its document, then by POST and GET', async () => {
    const query = '{ who }';
    const extensions = extensionsOf(sha256(query));
    const missing = {
      errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
    };
    expect(await post(fixture.url, { extensions })).toMatchObject(missing);
    expect(await post(fixture.url, { query, extensions })).toEqual({ data: { who: 'nobody' } });
    expect(await post(fixture.url, { extensions })).toEqual({ data: { who: 'nobody' } });
    expect(await get(fixture.url, { extensions: JSON.stringify(extensions) })).toEqual({ data: { who: 'nobody' } });
  });

  test('whose hash is another document’s is refused and not kept', async () => {
    const extensions = extensionsOf(sha256('{ other }'));
    const refused = { errors: [{ extensions: { code: 'PERSISTED_QUERY_HASH_MISMATCH' } }] };
    expect(await post(fixture.url, { query: '{ who }', extensions })).toMatchObject(refused);
    expect(await post(fixture.url, { extensions })).toMatchObject({ errors: [{ message: 'PersistedQueryNotFound' }] });
  });

  test('is kept for a time, at most as many and as long as allowed', async () => {
    const documents = ['{ a: who }', '{ b: who }', '{ c: who }', `{ long: who }${' '.repeat(60)}`];
    for (const query of documents) await post(fixture.url, { query, extensions: extensionsOf(sha256(query)) });
    const kept = await fixture.redis.keys(`${fixture.prefix}apq:*`);
    expect(kept).toHaveLength(2);
    for (const key of kept) expect(await fixture.redis.ttl(key)).toBeGreaterThan(90);
  });
});

describe('what a client registers', () => {
  let fixture: Started;
  beforeAll(async () => {
    fixture = await startFixture({ APQ_BYTES_PER_CLIENT: '180000/600s' });
    await fixture.untilReady();
  });
  afterAll(() => fixture.stop());
  const kept = async () => (await fixture.redis.keys(`${fixture.prefix}apq:*`)).length;

  test('is kept only once it was parsed, validated and authenticated', async () => {
    for (const query of ['{ broken', '{ nothing }'])
      await post(fixture.url, { query, extensions: extensionsOf(sha256(query)) });
    const query = '{ who }';
    await fetch(`${fixture.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer nonsense' },
      body: JSON.stringify({ query, extensions: extensionsOf(sha256(query)) }),
    });
    expect(await kept()).toBe(0);
  });

  test('has a budget of bytes, beyond which operations run but are not kept', async () => {
    for (let index = 0; index < 20; index += 1) {
      const query = `{ who } # ${index} ${'x'.repeat(40_000)}`;
      expect(await post(fixture.url, { query, extensions: extensionsOf(sha256(query)) })).toEqual({
        data: { who: 'nobody' },
      });
    }
    expect(await kept()).toBe(4);
  });
});

describe('a safelist', () => {
  let fixture: Started;
  let folder: string;
  const known = '{ who }';
  const followed = 'subscription { items(id: "a") { n } }';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'operations-'));
    const file = join(folder, 'operations.json');
    await writeFile(file, JSON.stringify({ [sha256(known)]: known, [sha256(followed)]: followed }));
    fixture = await startFixture({ SAFELIST: 'enforce', OPERATIONS_FILE: file });
    fixture.boxes.set('a', { state: 'CLOSED', length: 1 });
  });
  afterAll(() => Promise.all([fixture.stop(), rm(folder, { recursive: true })]));

  test('lets published operations run, by document or hash, and refuses others on every transport, subscriptions too', async () => {
    const { url, connect } = fixture;
    expect(await post(url, { query: known })).toEqual({ data: { who: 'nobody' } });
    expect(await post(url, { extensions: extensionsOf(sha256(known)) })).toEqual({ data: { who: 'nobody' } });
    expect(await (await askForStream(url, sse, followed)).text()).toContain('{"data":{"items":{"n":1}}}');

    for (const query of ['{ w: who }', 'subscription { items(id: "a") { m: n } }']) {
      const extensions = { code: 'OPERATION_NOT_PUBLISHED', sha256: sha256(query), reason: 'OPERATION_NOT_PUBLISHED' };
      expect(await (await askForStream(url, sse, query)).text()).toContain(JSON.stringify(extensions));
      expect(await (await askForStream(url, `${multipart}, application/json`, query)).text()).toContain(sha256(query));
      const client = connect();
      await expect(client.iterate({ query }).next()).rejects.toMatchObject([{ extensions }]);
      await client.dispose();
    }
    const extensions = extensionsOf(sha256('{ w: who }'));
    expect(await post(url, { query: '{ w: who }', extensions })).toMatchObject({
      errors: [
        { message: expect.stringContaining(sha256('{ w: who }')), extensions: { code: 'OPERATION_NOT_PUBLISHED' } },
      ],
    });
  });

  test('in Redis is read as operations are published', async () => {
    const live = await startFixture({ SAFELIST: 'enforce' });
    try {
      await live.untilReady();
      expect(await post(live.url, { query: known })).toMatchObject({
        errors: [{ extensions: { sha256: sha256(known) } }],
      });
      await live.redis.hset(`${live.prefix}operations`, sha256(known), known);
      expect(await post(live.url, { query: known })).toEqual({ data: { who: 'nobody' } });
    } finally {
      await live.stop();
    }
  });

  test('of a file whose hashes do not fit is refused at start', async () => {
    const file = join(folder, 'wrong.json');
    await writeFile(file, JSON.stringify({ [sha256('x')]: known }));
    await expect(startFixture({ SAFELIST: 'warn', OPERATIONS_FILE: file })).rejects.toMatchObject({
      code: 'BAD_CONFIG',
    });
  });
});
