import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import { askForStream, eventsOf, multipart, sse } from '../../../fixtures/http-streams.ts';
import { type Started, startFixture } from '../../../fixtures/start-fixture.ts';

let fixture: Started;
let leaving = new AbortController();
beforeAll(async () => {
  fixture = await startFixture();
  await fixture.untilReady();
});
afterEach(async () => {
  leaving.abort();
  leaving = new AbortController();
  await waitFor(() => fixture.channelCount() === 0);
});
afterAll(() => fixture.stop());

const follow = (accept: string, query: string, more: { token?: string } = {}, url = fixture.url) =>
  askForStream(url, accept, query, { ...more, signal: leaving.signal });

const collect = async (events: AsyncIterable<unknown>, into: unknown[] = []) => {
  for await (const event of events) into.push(event);
  return into;
};

/** Resolves when the log was read since that number of queries, and then no longer. */
async function untilStalled({ subgraph }: Pick<Started, 'subgraph'>, before: number) {
  let last = before;
  let unchanged = 0;
  await waitFor(() => {
    unchanged = subgraph.queries > before && subgraph.queries === last ? unchanged + 1 : 0;
    last = subgraph.queries;
    return unchanged > 50;
  });
}

// An event has 20 KB under this name: a log of 3,000 is far more than a line takes in by itself.
const wide = `n${'0'.repeat(20_000)}`;

describe.each([
  ['server-sent events', sse, (result: object) => result, (error: object) => ({ errors: [error] })],
  [
    'multipart',
    multipart,
    (result: object) => ({ payload: result }),
    (error: object) => ({ payload: null, errors: [error] }),
  ],
])('over %s', (_name, accept, event, failure) => {
  const item = (n: number) => event({ data: { items: { n } } });
  const box = (name: string) => `${accept.slice(0, 4)}-${name}`;
  const items = (name: string) => `subscription { items(id: "${box(name)}") { n } }`;

  test('a stream has every event once and in order, from the log and after signals, and completes after the last', async () => {
    fixture.boxes.set(box('a'), { state: 'OPEN', length: 250 });
    const response = await follow(accept, items('a'));
    expect(response.status).toBe(200);
    const seen: unknown[] = [];
    for await (const each of eventsOf(response)) {
      seen.push(each);
      if (seen.length === 250) await fixture.write(box('a'), { state: 'CLOSED', length: 252 });
    }
    expect(seen).toEqual([...Array.from({ length: 252 }, (_, index) => item(index + 1)), 'complete']);
  });

  test('nothing between may store, hold back or guess at a stream', async () => {
    fixture.boxes.set(box('h'), { state: 'CLOSED', length: 1 });
    const { headers } = await follow(accept, items('h'));
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.any(String),
    });
  });

  test('a token that is not valid is 401 with the reason, before anything is opened', async () => {
    const response = await follow(accept, items('a'), { token: 'nonsense' });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringMatching(/access token/), extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  test('a token revoked mid-stream ends it with UNAUTHENTICATED instead of the next event', async () => {
    fixture.boxes.set(box('r'), { state: 'OPEN', length: 1 });
    const sub = box('revoked');
    const response = await follow(accept, items('r'), { token: fixture.accessToken({ sub }) });
    const seen: unknown[] = [];
    for await (const each of eventsOf(response)) {
      if (seen.push(each) > 1) continue;
      await fixture.redis.set(`${fixture.prefix}revokedBefore:${sub}`, Date.now() + 1000, 'PX', 5000);
      await fixture.write(box('r'), { state: 'CLOSED', length: 2 });
    }
    const error = {
      message: 'The access token was revoked',
      extensions: { code: 'UNAUTHENTICATED', reason: 'ACCESS_TOKEN_REVOKED' },
    };
    expect(seen).toEqual([item(1), failure(error), 'complete']);
  });

  test('a token that expires mid-stream ends it likewise', async () => {
    fixture.boxes.set(box('x'), { state: 'OPEN', length: 1 });
    const issuedAt = Math.ceil(Date.now() / 1000);
    const token = fixture.accessToken({ sub: 'u4', iat: issuedAt }, { expiresIn: 1 });
    const seen: unknown[] = [];
    for await (const each of eventsOf(await follow(accept, items('x'), { token }))) {
      if (seen.push(each) > 1) continue;
      await waitFor(() => Date.now() > (issuedAt + 1) * 1000);
      await fixture.write(box('x'), { state: 'CLOSED', length: 2 });
    }
    const error = {
      message: 'The access token has expired',
      extensions: { code: 'UNAUTHENTICATED', reason: 'ACCESS_TOKEN_EXPIRED' },
    };
    expect(seen).toEqual([item(1), failure(error), 'complete']);
  });

  test('what the log refuses is told as the answer of the operation, and completes', async () => {
    const response = await follow(accept, 'subscription { items(id: "none") { n } }');
    expect(await collect(eventsOf(response))).toEqual([
      event({ errors: [{ message: 'No box none', extensions: { code: 'NOT_FOUND' } }] }),
      'complete',
    ]);
  });

  test('a client that reads nothing only lags: the log is not read meanwhile, and it gets all in the end', async () => {
    fixture.boxes.set(box('slow'), { state: 'CLOSED', length: 3_000 });
    const before = fixture.subgraph.queries;
    const response = await follow(accept, `subscription { items(id: "${box('slow')}") { ${wide}: n } }`);
    await untilStalled(fixture, before);
    expect(fixture.subgraph.queries - before).toBeLessThan(15);
    let last = 0;
    for await (const each of eventsOf(response)) {
      if (each !== 'complete') expect(each).toEqual(event({ data: { items: { [wide]: ++last } } }));
    }
    expect(last).toBe(3_000);
    expect(fixture.subgraph.queries - before).toBeGreaterThanOrEqual(30);
  });

  test('50 clients that go away, in any state, leave no channel behind', async () => {
    fixture.boxes.set(box('leak'), { state: 'OPEN', length: 1 });
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const own = new AbortController();
        const response = askForStream(fixture.url, accept, items('leak'), { signal: own.signal });
        // Every other one goes away while its stream is still being made.
        if (index % 2 === 0) await eventsOf(await response).next();
        own.abort();
        await response.catch(() => undefined);
      }),
    );
    await waitFor(() => fixture.channelCount() === 0);
    const channel = `${fixture.prefix}box:${box('leak')}`;
    await waitFor(async () => Object(await fixture.redis.pubsub('NUMSUB', channel))[1] === 0);
  });

  test('stop ends streams so that clients connect again, and cuts off one that does not read', async () => {
    const own = await startFixture();
    own.boxes.set(box('s'), { state: 'OPEN', length: 1 });
    own.boxes.set(box('stuck'), { state: 'OPEN', length: 3_000 });
    const stuck = await follow(accept, `subscription { items(id: "${box('stuck')}") { ${wide}: n } }`, {}, own.url);
    await untilStalled(own, 0);
    const seen: unknown[] = [];
    let stopped: Promise<void> | undefined;
    for await (const each of eventsOf(await follow(accept, items('s'), {}, own.url))) {
      if (seen.push(each) === 1) stopped = own.stopGateway();
    }
    const goingAway = failure({
      message: 'The server is restarting. Please reconnect.',
      extensions: { code: 'UNAVAILABLE', reason: 'SERVER_RESTARTING' },
    });
    expect(seen).toEqual(accept === sse ? [item(1)] : [item(1), goingAway, 'complete']);
    await stopped;
    await expect(collect(eventsOf(stuck))).rejects.toThrow();
    await own.close();
  });
});
