import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { Redis } from 'ioredis';
import { WebSocket } from 'ws';
import { startFixture } from '../fixtures/start-fixture.ts';

let fixture: Awaited<ReturnType<typeof startFixture>>;
const redis = new Redis();
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(async () => {
  await fixture.stop();
  await redis.quit();
});

async function ask(query: string, token?: string) {
  const response = await fetch(`${fixture.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, body: await response.json() };
}

function put(content: string, headers: Record<string, string> = { 'apollo-require-preflight': 'yes' }) {
  const form = new FormData();
  const query = 'mutation ($file: Upload!) { put(file: $file) }';
  form.append('operations', JSON.stringify({ query, variables: { file: null } }));
  form.append('map', JSON.stringify({ 0: ['variables.file'] }));
  form.append('0', new Blob([content]), 'a.csv');
  return fetch(`${fixture.url}/graphql`, { method: 'POST', headers, body: form });
}

function follow(query: string) {
  const client = createClient({
    url: `${fixture.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  return client.iterate({ query });
}

describe('tokens', () => {
  test('a valid token reaches the subgraph as an internal one; none is anonymous', async () => {
    expect((await ask('{ who }', fixture.accessToken())).body).toEqual({ data: { who: 'u1' } });
    expect((await ask('{ who }')).body).toEqual({ data: { who: 'nobody' } });
  });

  test.each([
    ['expired', () => fixture.accessToken({ iat: 1 }, { expiresIn: 1 }), 'expired'],
    ['signed by another key', () => fixture.accessToken({}, {}, fixture.internal.privateKey), 'signature'],
    ['with alg none', () => 'eyJhbGciOiJub25lIn0.e30.', ''],
    [
      'an internal one',
      () => fixture.accessToken({}, { issuer: 'tributary-gateway' }, fixture.internal.privateKey),
      '',
    ],
  ])('a token %s is refused with 401', async (_name, token, says) => {
    const { status, body } = await ask('{ who }', token());
    expect(status).toBe(401);
    expect(body).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' }, message: expect.stringContaining(says) }],
    });
  });

  test('a revoked token is refused', async () => {
    await redis.set(`${fixture.prefix}revokedBefore:u2`, Date.now() + 1000, 'PX', 5000);
    expect((await ask('{ who }', fixture.accessToken({ sub: 'u2' }))).status).toBe(401);
  });
});

describe('uploads', () => {
  test('a file arrives unchanged', async () => {
    const content = 'x'.repeat(3_000_000);
    const response = await put(content);
    expect(await response.json()).toEqual({ data: { put: createHash('sha256').update(content).digest('hex') } });
  });

  test('a multipart request without a header that needs a preflight is refused', async () => {
    expect((await put('x', {})).status).toBe(400);
  });
});

describe('subscriptions', () => {
  test('every event once and in order, from the log and after signals, then complete', async () => {
    fixture.boxes.logs.set('a', { state: 'OPEN', length: 150 });
    const seen: unknown[] = [];
    for await (const { data } of follow(
      'subscription { it: items(id: "a", after: 10) { n t: text(upper: true) __typename } }',
    )) {
      seen.push(data?.it);
      if (seen.length === 140) {
        fixture.boxes.logs.set('a', { state: 'CLOSED', length: 152 });
        await redis.publish(`${fixture.prefix}box:a`, '1');
      }
    }
    expect(seen).toEqual(
      Array.from({ length: 142 }, (_, i) => ({ n: i + 11, t: `ITEM ${i + 11}`, __typename: 'Item' })),
    );
    expect(fixture.channelCount()).toBe(0);
  });

  test('an event whose field fails is delivered as an error and the next ones follow', async () => {
    fixture.boxes.logs.set('b', { state: 'CLOSED', length: 3 });
    const seen: unknown[] = [];
    for await (const result of follow('subscription { items(id: "b") { n faulty } }')) seen.push(result);
    expect(seen).toMatchObject([
      { data: { items: { n: 1 } } },
      { data: null, errors: [{ extensions: { code: 'CONFLICT' } }] },
      { data: { items: { n: 3 } } },
    ]);
  });
});
