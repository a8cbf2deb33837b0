import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTcpProxy, testServers, waitFor } from '@tributary/testing';
import { askForStream, sse } from '../../fixtures/http-streams.ts';
import { type Started, startFixture } from '../../fixtures/start-fixture.ts';

const rateLimited = { code: 'RATE_LIMITED', limit: 'RATE_LIMIT', retryAfterSeconds: expect.any(Number) };

describe('rates', () => {
  let fixture: Started;
  beforeAll(async () => {
    fixture = await startFixture({
      RATE_LIMIT_PER_VIEWER: '3/600s',
      RATE_LIMIT_PER_ADDRESS: '5/600s',
      RATE_LIMITED_FIELDS: 'Query.box(id)=2/600s',
      TRUSTED_PROXIES: '127.0.0.0/8,::1',
    });
    fixture.boxes.set('a', { state: 'CLOSED', length: 0 });
    fixture.boxes.set('b', { state: 'CLOSED', length: 0 });
    await fixture.untilReady();
  });
  afterAll(() => fixture.stop());

  async function from(address: string, query: string, token?: string) {
    const response = await askForStream(fixture.url, 'application/json', query, {
      headers: { 'x-forwarded-for': address },
      ...(token ? { token } : {}),
    });
    const { errors } = Object(await response.json());
    return { status: response.status, retryAfter: response.headers.get('retry-after'), errors };
  }

  test('one address over its rate is refused with 429 and Retry-After; others are served', async () => {
    for (let count = 0; count < 5; count += 1)
      expect(await from('192.0.2.1', '{ who }')).toMatchObject({ status: 200 });
    const refused = await from('192.0.2.1', '{ who }');
    expect(refused).toMatchObject({ status: 429, errors: [{ extensions: rateLimited }] });
    expect(Number(refused.retryAfter)).toBeGreaterThan(60);
    expect(await from('192.0.2.2', '{ who }')).toMatchObject({ status: 200 });
  });

  test('one viewer over the rate is refused from any address, as a stream and over a WebSocket too', async () => {
    const token = fixture.accessToken({ sub: 'busy' });
    for (const last of [10, 11, 12])
      expect(await from(`192.0.2.${last}`, '{ who }', token)).toMatchObject({ status: 200 });
    expect(await from('192.0.2.13', '{ who }', token)).toMatchObject({ status: 429 });
    const stream = await askForStream(fixture.url, sse, '{ who }', {
      token,
      headers: { 'x-forwarded-for': '192.0.2.14' },
    });
    expect(stream.status).toBe(429);
    const client = fixture.connect(token);
    await expect(client.iterate({ query: '{ who }' }).next()).rejects.toMatchObject([{ extensions: rateLimited }]);
    await client.dispose();
  });

  test('a field has a rate of its own per address, also by aliases, and a wider one per account over all addresses, however it is spelled', async () => {
    const aliases = Array.from({ length: 2 }, (_, index) => `x${index}: box(id: "a") { id }`).join(' ');
    for (let last = 0; last < 19; last += 1)
      expect(await from(`192.0.2.${20 + last}`, `{ ${aliases} }`)).toMatchObject({ status: 200 });
    expect(await from('192.0.2.60', '{ box(id: " A ") { id } }')).toMatchObject({ status: 200 });
    expect(await from('192.0.2.61', `{ ${aliases} }`)).toMatchObject({ status: 429 });
    expect(await from('192.0.2.61', '{ box(id: "b") { id } }')).toMatchObject({ status: 200 });
    expect(
      await from(
        '192.0.2.63',
        '{ x: box(id: "c") { id } ...F } fragment F on Query { y: box(id: "d") { id } z: box(id: "e") { id } }',
      ),
    ).toMatchObject({ status: 429 });
  });

  test('the rate of an account does not lock out its owner where the account was in use before', async () => {
    const owner = fixture.accessToken({ sub: 'owner', email: 'Owner@example.com' });
    expect(await from('192.0.2.70', '{ who }', owner)).toMatchObject({ status: 200 });
    const attempt = '{ x: box(id: "owner@example.com") { id } y: box(id: "owner@example.com") { id } }';
    for (let last = 0; last < 20; last += 1)
      expect(await from(`192.0.2.${80 + last}`, attempt)).toMatchObject({ status: 200 });
    expect(await from('192.0.2.110', attempt)).toMatchObject({ status: 429 });
    expect(await from('192.0.2.70', attempt)).toMatchObject({ status: 200 });
    expect(await from('192.0.2.70', attempt)).toMatchObject({ status: 429 });
  });
});

describe('refused requests', () => {
  let fixture: Started;
  beforeAll(async () => {
    fixture = await startFixture({ RATE_LIMIT_PER_ADDRESS: '5/600s', TRUSTED_PROXIES: '127.0.0.0/8,::1' });
    await fixture.untilReady();
  });
  afterAll(() => fixture.stop());

  const refused: [string, object, Record<string, string>][] = [
    ['with a bad token', { query: '{ who }' }, { authorization: 'Bearer nonsense' }],
    ['that do not parse', { query: '{' }, {}],
    ['that do not validate', { query: '{ nothing }' }, {}],
    ['over a limit of documents', { query: `{ ${'who '.repeat(30)} }` }, {}],
    ['with an unknown hash', { extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } }, {}],
  ];

  test.each(refused)(
    '%s count against their address; it is then refused before anything is read',
    async (name, body, headers) => {
      const address = `192.0.2.${100 + refused.findIndex(([each]) => each === name)}`;
      const post = async (sent: string, more = {}) => {
        const all = { 'content-type': 'application/json', 'x-forwarded-for': address, ...more };
        return (await fetch(`${fixture.url}/graphql`, { method: 'POST', headers: all, body: sent })).status;
      };
      for (let count = 0; count < 5; count += 1) expect(await post(JSON.stringify(body), headers)).not.toBe(429);
      expect(await post(JSON.stringify(body), headers)).toBe(429);
      expect(await post('no JSON')).toBe(429);
      const other = await fetch(`${fixture.url}/graphql?query={who}`, {
        headers: { 'x-forwarded-for': '192.0.2.99', 'apollo-require-preflight': '1', accept: 'application/json' },
      });
      expect(await other.json()).toEqual({ data: { who: 'nobody' } });
      await fixture.redis.del(`${fixture.prefix}rate:address:192.0.2.99`);
    },
  );
});

test('while Redis is away everything is served at once', async () => {
  const { REDIS_URL } = testServers();
  const proxy = await startTcpProxy(REDIS_URL, 6379);
  const fixture = await startFixture({
    RATE_LIMIT_PER_ADDRESS: '1/600s',
    REDIS_URL: proxy.proxyUrl(REDIS_URL),
  });
  try {
    await fixture.untilReady();
    expect(await fixture.ask('{ who }')).toMatchObject({ status: 200 });
    expect(await fixture.ask('{ who }')).toMatchObject({ status: 429 });
    await proxy.stop();
    await waitFor(async () => (await fixture.ask('{ who }')).status === 200);
  } finally {
    await fixture.stop();
  }
});
