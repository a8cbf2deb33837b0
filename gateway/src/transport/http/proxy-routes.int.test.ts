import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Started, startFixture } from '../../../fixtures/start-fixture.ts';

let fixture: Started;
beforeAll(async () => {
  fixture = await startFixture({ PASS_THROUGH: '/files/open=boxes' });
  await fixture.untilReady();
});
afterAll(() => fixture.stop());

/** The path is sent as it stands here; fetch would tidy it up. */
async function send(path: string, options: { method?: string; headers?: Record<string, string> } = {}) {
  const outgoing = request(`${fixture.url}/`, { ...options, path }).end();
  const [response] = await once(outgoing, 'response');
  const body = (await response.toArray()).join('');
  return { status: response.statusCode, headers: response.headers, body: body === '' ? null : JSON.parse(body) };
}

test('path and query arrive unchanged, without credentials for an anonymous caller', async () => {
  const { status, body } = await send('/files/open/a%20b?signature=c%2Bd', { headers: { cookie: 'a=b' } });
  expect(status).toBe(200);
  expect(body.url).toBe('/files/open/a%20b?signature=c%2Bd');
  expect(body.headers).not.toHaveProperty('authorization');
  expect(body.headers).not.toHaveProperty('cookie');
});

test("a bearer's token becomes an internal one, and a wrong one is 401", async () => {
  const token = fixture.accessToken();
  const { body } = await send('/files/open/a', { headers: { authorization: `Bearer ${token}` } });
  expect(body.headers.authorization).toMatch(/^Bearer /);
  expect(body.headers.authorization).not.toContain(token);
  expect((await send('/files/open/a', { headers: { authorization: 'Bearer x' } })).status).toBe(401);
});

test('Range and HEAD are answered by the subgraph', async () => {
  const { status, body } = await send('/files/open/a', { headers: { range: 'bytes=0-1' } });
  expect([status, body.headers.range]).toEqual([206, 'bytes=0-1']);
  const head = await send('/files/open/a', { method: 'HEAD' });
  expect(head).toMatchObject({ status: 200, body: null, headers: { etag: '"1"' } });
  expect(Number(head.headers['content-length'])).toBeGreaterThan(0);
});

test('headers of one connection stay on it, in both directions', async () => {
  const { headers, body } = await send('/files/open/a', {
    headers: { connection: 'x-mine', 'x-mine': 'secret', te: 'trailers', 'x-kept': 'yes' },
  });
  expect(body.headers).toMatchObject({ 'x-kept': 'yes' });
  expect(body.headers).not.toHaveProperty('x-mine');
  expect(body.headers).not.toHaveProperty('te');
  expect(headers).not.toHaveProperty('x-of-this-hop');
});

describe('nothing else is let through', () => {
  test.each([
    '/files/open/../secret',
    '/files/open/%2e%2e/secret',
    '/files/open/..%2fsecret',
    '/files/open/..\\secret',
    '/files/open/..%5csecret',
    '/files/openly',
    '/files/secret',
    '//else.example/files/open/a',
    'http://else.example/files/open/a',
  ])('%s', async (path) => {
    expect((await send(path)).status).toBe(404);
  });

  test('POST', async () => {
    expect((await send('/files/open/a', { method: 'POST' })).status).toBe(404);
  });
});
