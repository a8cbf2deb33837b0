import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import { conflict } from '@tributary/core';
import jsonwebtoken from 'jsonwebtoken';
import { aViewer, openSubgraph } from '../fixtures/open-subgraph.ts';
import type { SubgraphOptions } from './subgraph.ts';

type Sample = Awaited<ReturnType<typeof openSubgraph>>;
let sample: Sample | undefined;

async function open(options?: Partial<SubgraphOptions<object>>): Promise<Sample> {
  sample = await openSubgraph(options);
  return sample;
}

afterEach(async () => {
  await sample?.stop();
  sample = undefined;
});

const hello = JSON.stringify({ query: '{ hello }' });

describe('a request to a subgraph', () => {
  test('is answered when the gateway vouches for it, anonymous or not', async () => {
    const { ask } = await open();
    expect(await ask('{ hello }')).toEqual({ status: 200, data: { hello: 'world' } });
    expect(await ask('{ hello }', aViewer())).toEqual({ status: 200, data: { hello: 'world' } });
  });

  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const access = { issuer: 'tributary', audience: 'tributary' };
  test.each<[string, (sample: Sample) => string]>([
    ['no internal token', () => ''],
    ['one of another key', ({ authorization }) => authorization(aViewer(), {}, other)],
    ['one with alg none', () => `Bearer ${jsonwebtoken.sign({}, null, { algorithm: 'none' })}`],
    ['one for another subgraph', ({ authorization }) => authorization(null, { audience: 'subgraph:other' })],
    ['an access token', ({ authorization }) => authorization(aViewer('ADMIN'), access)],
    ['an expired one', ({ authorization }) => authorization(null, { expiresIn: -180 })],
  ])('is 401 UNAUTHENTICATED with %s, before anything is run or parsed', async (_case, authorizationOf) => {
    let ran = 0;
    const { post, ...rest } = await open({ beforeGraphql: [(_request, _response, next) => next(++ran)] });
    const response = await post('{ not even JSON', { authorization: authorizationOf({ post, ...rest }) });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(ran).toBe(0);
  });

  test('that a browser could be tricked into sending is refused', async () => {
    const { post, url, authorization } = await open();
    const forged = await post(hello, { 'content-type': 'text/plain' });
    expect(forged.status).toBe(400);
    const byGet = await fetch(`${url}?query={hello}`, { headers: { authorization: authorization() } });
    expect(byGet.status).toBe(400);
    expect(await byGet.text()).toContain('CSRF');
  });

  test('over 1 MiB is refused with 413, whatever it says its length is', async () => {
    const { post } = await open();
    const tooLarge = await post(JSON.stringify({ query: '{ hello }', variables: { x: 'x'.repeat(1024 * 1024) } }));
    expect(tooLarge.status).toBe(413);
    expect(await tooLarge.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  test('of broken JSON is 400, and elsewhere than /graphql 404', async () => {
    const { post, origin } = await open();
    expect((await post('{')).status).toBe(400);
    const nowhere = await fetch(`${origin}/nowhere`);
    expect(nowhere.status).toBe(404);
    expect(await nowhere.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });

  test('keeps the gateway’s request id in the answer and in the log, without its query string', async () => {
    const { origin, lines } = await open();
    const response = await fetch(`${origin}/file?signature=s3cret`, { headers: { 'x-request-id': 'r-1' } });
    expect(response.headers.get('x-request-id')).toBe('r-1');
    const line = lines.find((text) => text.includes('"r-1"'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ method: 'GET', path: '/file', status: 404 });
    expect(lines.join('')).not.toContain('s3cret');
  });
});

test('a route of its own learns the viewer, and answers with the code of the error it throws', async () => {
  const { origin, authorization } = await open({
    routes: [
      (app, { viewerOf }) => {
        app.get('/mine', async (request, response) => void response.json(await viewerOf(request)));
        app.get('/taken', async () => Promise.reject(conflict('It is taken')));
      },
    ],
  });
  const mine = await fetch(`${origin}/mine`, { headers: { authorization: authorization(aViewer('QUERY')) } });
  expect(await mine.json()).toEqual(aViewer('QUERY'));
  expect((await fetch(`${origin}/mine`)).status).toBe(401);
  const taken = await fetch(`${origin}/taken`);
  expect(taken.status).toBe(409);
  expect(await taken.json()).toMatchObject({ errors: [{ message: 'It is taken', extensions: { code: 'CONFLICT' } }] });
});

test('an idle connection is kept for 65 seconds, and its client told so', async () => {
  const { post } = await open();
  expect((await post(hello)).headers.get('keep-alive')).toBe('timeout=65');
});

describe('health', () => {
  test('is live from the start, and ready when nothing is waited for; nobody need sign in to ask', async () => {
    const waitingFor = ['the database'];
    const { origin } = await open({ ready: () => waitingFor });
    expect(await (await fetch(`${origin}/health/live`)).json()).toEqual({ status: 'ok' });
    const notYet = await fetch(`${origin}/health/ready`);
    expect(notYet.status).toBe(503);
    expect(await notYet.json()).toEqual({ status: 'unavailable', waitingFor: ['the database'] });
    waitingFor.pop();
    const ready = await fetch(`${origin}/health/ready`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ status: 'ok' });
  });
});

describe('stopping', () => {
  test('answers the request in hand, refuses the next, and closes idle connections', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let arrived = () => {};
    const inHand = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const slow = async () => {
      arrived();
      await released;
      return 'world';
    };
    const { ask, stop, origin } = await openSubgraph({ resolvers: { Query: { hello: slow } } });
    const agent = new Agent({ keepAlive: true });
    const idle = request(`${origin}/health/live`, { agent }).end();
    const [response] = await once(idle, 'response');
    await json(response);

    const answer = ask('{ hello }');
    await inHand;
    const stopped = stop();
    await expect(fetch(`${origin}/health/live`)).rejects.toThrow('fetch failed');
    release();
    expect(await answer).toEqual({ status: 200, data: { hello: 'world' } });
    await stopped;
    agent.destroy();
  });
});
