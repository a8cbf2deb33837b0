import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Started, startFixture } from '../../../fixtures/start-fixture.ts';

let named: Started;
let open: Started;
let closed: Started;
beforeAll(async () => {
  named = await startFixture({ CORS_ORIGINS: 'https://app.example.com' });
  open = await startFixture({ CORS_ORIGINS: '*' });
  closed = await startFixture();
});
afterAll(() => Promise.all([named.stop(), open.stop(), closed.stop()]));

async function preflight({ url }: Started, origin: string) {
  const headers = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };
  const response = await fetch(`${url}/graphql`, { method: 'OPTIONS', headers });
  const of = (name: string) => response.headers.get(`access-control-${name}`);
  return { status: response.status, origin: of('allow-origin'), credentials: of('allow-credentials') };
}

test('a page of a named origin may ask and read, with credentials', async () => {
  const origin = 'https://app.example.com';
  expect(await preflight(named, origin)).toEqual({ status: 204, origin, credentials: 'true' });
  const { headers } = await fetch(`${named.url}/health/else`, { headers: { origin } });
  expect(headers.get('access-control-allow-origin')).toBe(origin);
  expect(headers.get('vary')).toMatch(/origin/i);
});

test('a page of another origin may not', async () => {
  expect(await preflight(named, 'https://evil.example')).toMatchObject({ origin: null, credentials: null });
});

test('every origin may where * is set, never with credentials', async () => {
  expect(await preflight(open, 'https://any.example')).toEqual({ status: 204, origin: '*', credentials: null });
});

test('no origin may where none is set', async () => {
  expect(await preflight(closed, 'https://app.example.com')).toMatchObject({ origin: null, credentials: null });
});

test('a well-formed x-request-id is kept, answered and passed on to subgraphs; another is replaced', async () => {
  const ask = async (id: string) => {
    const headers = { 'content-type': 'application/json', 'x-request-id': id };
    const init = { method: 'POST', headers, body: '{"query":"{ who }"}' };
    return (await fetch(`${closed.url}/graphql`, init)).headers.get('x-request-id');
  };
  expect(await ask('abc-1')).toBe('abc-1');
  expect(closed.subgraph.requestIds.at(-1)).toBe('abc-1');
  const made = await ask('not { well formed');
  expect(made).toMatch(/^[0-9a-f-]{36}$/);
  expect(closed.subgraph.requestIds.at(-1)).toBe(made);
});
