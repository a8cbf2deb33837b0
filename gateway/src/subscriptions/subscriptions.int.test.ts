import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import { type Started, startFixture } from '../../fixtures/start-fixture.ts';
import { createSubscribers, itemNumbers as numbers } from '../../fixtures/subscribers.ts';

let fixture: Started;
let subscribers: ReturnType<typeof createSubscribers>;
beforeAll(async () => {
  fixture = await startFixture();
  await fixture.untilReady();
  subscribers = createSubscribers(fixture);
});
afterEach(async () => {
  await subscribers.disconnect();
  fixture.subgraph.mood = 'well';
});
afterAll(() => fixture.stop());

const oneTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('a stream', () => {
  test('has every event once and in order, from the log and after signals, and completes after the last', async () => {
    fixture.boxes.set('a', { state: 'OPEN', length: 250 });
    const { events } = subscribers.follow(
      'subscription { it: items(id: "a", after: 10) { n t: text(upper: true) __typename } }',
    );
    const seen: unknown[] = [];
    for await (const { data } of events) {
      seen.push(data?.it);
      if (seen.length === 240) await fixture.write('a', { state: 'CLOSED', length: 252 });
    }
    expect(seen).toEqual(oneTo(252, 11).map((n) => ({ n, t: `ITEM ${n}`, __typename: 'Item' })));
    await waitFor(() => fixture.channelCount() === 0);
  });

  test('of a log that has ended completes at once, also after its last event', async () => {
    fixture.boxes.set('ended', { state: 'CLOSED', length: 3 });
    expect(await numbers(subscribers.follow('subscription { items(id: "ended", after: 1) { n } }').events)).toEqual([
      2, 3,
    ]);
    expect(await numbers(subscribers.follow('subscription { items(id: "ended", after: 3) { n } }').events)).toEqual([]);
  });

  test('takes variables, fragments and an operation name', async () => {
    fixture.boxes.set('v', { state: 'CLOSED', length: 2 });
    const query = `
      query Other { who }
      subscription Follow($id: ID!, $up: Boolean = false, $logAfter: Int) { ...Root }
      fragment Root on Subscription { items(id: $id, after: $logAfter) { ...Shown } }
      fragment Shown on Item { n ... on Item { text(upper: $up) } }`;
    const variables = { id: 'v', up: true, logAfter: 1 };
    const seen: unknown[] = [];
    for await (const { data } of subscribers.follow(query, { variables, operationName: 'Follow' }).events)
      seen.push(data);
    expect(seen).toEqual([{ items: { n: 2, text: 'ITEM 2' } }]);
  });

  test('goes on after a cut connection where the client left off', async () => {
    fixture.boxes.set('again', { state: 'OPEN', length: 5 });
    const first = await numbers(subscribers.follow('subscription { items(id: "again") { n } }').events, 3);
    await fixture.write('again', { state: 'CLOSED', length: 7 });
    const query = 'subscription ($after: Int) { items(id: "again", after: $after) { n } }';
    const rest = await numbers(subscribers.follow(query, { variables: { after: first.at(-1) } }).events);
    expect([...first, ...rest]).toEqual(oneTo(7));
  });

  test('of two subscribers shares one channel and gives each every event', async () => {
    fixture.boxes.set('two', { state: 'OPEN', length: 1 });
    const query = 'subscription { items(id: "two") { n } }';
    const streams = [numbers(subscribers.follow(query).events), numbers(subscribers.follow(query).events)];
    const listening = async () => Object(await fixture.redis.pubsub('NUMSUB', `${fixture.prefix}box:two`))[1] === 1;
    await waitFor(listening);
    expect(fixture.channelCount()).toBe(1);
    await fixture.write('two', { state: 'OPEN', length: 2 });
    await fixture.write('two', { state: 'CLOSED', length: 3 });
    expect(await Promise.all(streams)).toEqual([oneTo(3), oneTo(3)]);
  });

  test('of a hundred equal subscribers costs one query per event, though each checks its own token', async () => {
    fixture.boxes.set('hundred', { state: 'OPEN', length: 1 });
    const query = 'subscription { items(id: "hundred") { n } }';
    const token = () => fixture.accessToken({ sub: 'equal' });
    const streams = Array.from({ length: 100 }, () => subscribers.follow(query, { token: token() }).events);
    const all = () => Promise.all(streams.map(async (events) => (await events.next()).value?.data?.items));
    await all();
    for (const n of [2, 3, 4]) {
      const { queries } = fixture.subgraph;
      const events = all();
      await fixture.write('hundred', { state: 'OPEN', length: n });
      expect(await events).toEqual(Array.from({ length: 100 }, () => ({ n })));
      expect(fixture.subgraph.queries - queries).toBe(1);
    }
  });

  test('is shared neither with other variables, nor with other permissions or another viewer', async () => {
    fixture.boxes.set('apart', { state: 'OPEN', length: 1 });
    const query =
      'subscription ($up: Boolean, $after: Int) { items(id: "apart", after: $after) { n text(upper: $up) } }';
    const [plain, seeing] = [fixture.accessToken(), fixture.accessToken({ permissions: ['SEE'] })];
    const given: [string, Record<string, unknown>][] = [
      [plain, { up: true }],
      [plain, { up: true, after: 0 }],
      [plain, { up: false }],
      [seeing, { up: true }],
      [fixture.accessToken({ sub: 'another' }), { up: true }],
    ];
    const streams = given.map(([token, variables]) => subscribers.follow(query, { token, variables }).events);
    const all = () => Promise.all(streams.map(async (events) => (await events.next()).value?.data?.items.text));
    await all();
    const { queries } = fixture.subgraph;
    const events = all();
    await fixture.write('apart', { state: 'OPEN', length: 2 });
    expect(await events).toEqual(['ITEM 2', 'ITEM 2', 'item 2', 'ITEM 2', 'ITEM 2']);
    // The first two differ in nothing but where they begin.
    expect(fixture.subgraph.queries - queries).toBe(4);
  });

  test('ends for the one that was revoked, while equal ones go on', async () => {
    fixture.boxes.set('revoked', { state: 'OPEN', length: 1 });
    const query = 'subscription { items(id: "revoked") { n } }';
    const issued = (iat: number) => fixture.accessToken({ sub: 'late', iat });
    const now = Math.floor(Date.now() / 1000);
    const [old, fresh] = [issued(now - 60), issued(now)].map((token) => subscribers.follow(query, { token }));
    await Promise.all([old?.events.next(), fresh?.events.next()]);
    await fixture.redis.set(`${fixture.prefix}revokedBefore:late`, (now - 30) * 1000, 'PX', 60_000);
    const [ended, next] = [old?.events.next(), fresh?.events.next()];
    const refused = expect(ended).rejects.toBeDefined();
    await fixture.write('revoked', { state: 'OPEN', length: 2 });
    await refused;
    expect(old?.closed()).toMatchObject({ code: 4403 });
    expect(await next).toMatchObject({ value: { data: { items: { n: 2 } } } });
  });

  test('of a log without an end is the subscriber’s own, goes on, and resumes after a cut', async () => {
    const query = 'subscription ($after: Int) { mineOnly(after: $after) { n } }';
    const [ann, bob] = [fixture.accessToken({ sub: 'ann' }), fixture.accessToken({ sub: 'bob' })];
    const write = async (sub: string, length: number) => {
      fixture.boxes.set(`own ${sub}`, { state: 'OPEN', length });
      await fixture.redis.publish(`${fixture.prefix}own:${sub}`, '1');
    };
    fixture.boxes.set('own ann', { state: 'OPEN', length: 2 });
    const first = subscribers.follow(query, { token: ann });
    const next = async ({ events }: typeof first) => (await events.next()).value?.data?.mineOnly;
    const other = subscribers.follow(query, { token: bob });
    const toBob = next(other);
    expect([await next(first), await next(first)]).toEqual([{ n: 1 }, { n: 2 }]);
    const third = next(first);
    await write('ann', 3);
    expect(await third).toEqual({ n: 3 });
    await first.client.dispose();
    await write('ann', 4);
    expect(await next(subscribers.follow(query, { token: ann, variables: { after: 3 } }))).toEqual({ n: 4 });
    await write('bob', 1);
    expect(await toBob).toEqual({ n: 1 });
    await expect(subscribers.follow(query).events.next()).rejects.toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });

  test('delivers the error of a field with its event, and the next events follow', async () => {
    fixture.boxes.set('b', { state: 'CLOSED', length: 4 });
    const seen: unknown[] = [];
    for await (const result of subscribers.follow('subscription { items(id: "b") { n faulty } }').events)
      seen.push(result);
    expect(seen).toMatchObject([
      { data: { items: { n: 1, faulty: 'fine' } } },
      { data: null, errors: [{ message: 'faulty', path: ['items', 'faulty'], extensions: { code: 'CONFLICT' } }] },
      { data: null, errors: [{ message: 'Internal server error' }] },
      { data: { items: { n: 4 } } },
    ]);
  });

  test('waits while a subgraph is away and goes on when it is back', async () => {
    fixture.boxes.set('away', { state: 'CLOSED', length: 2 });
    fixture.subgraph.mood = 'broken';
    const { queries } = fixture.subgraph;
    const stream = numbers(subscribers.follow('subscription { items(id: "away") { n } }').events);
    await waitFor(() => fixture.subgraph.queries >= queries + 2);
    fixture.subgraph.mood = 'well';
    expect(await stream).toEqual([1, 2]);
  });

  test('misses nothing when the connection to Redis was cut', async () => {
    fixture.boxes.set('cut', { state: 'OPEN', length: 1 });
    const stream = numbers(subscribers.follow('subscription { items(id: "cut") { n } }').events);
    await waitFor(() => fixture.channelCount() === 1);
    await killListeners();
    // The signal for these is lost: nobody listens at this moment.
    await fixture.write('cut', { state: 'CLOSED', length: 4 });
    expect(await stream).toEqual(oneTo(4));
  });
});

/** Cuts the connection by which this fixture's gateway hears signals, and no other. */
async function killListeners() {
  const clients = String(await fixture.redis.client('LIST')).split('\n');
  const own = clients.find((line) => line.includes(` name=${fixture.prefix}signals `));
  await fixture.redis.client('KILL', 'ID', /^id=(\d+)/.exec(own ?? '')?.[1] ?? '');
}

test('a client that reads nothing only lags: others go on, and it gets all in the end', async () => {
  fixture.boxes.set('slow', { state: 'OPEN', length: 2_000 });
  const slow = subscribers.follow('subscription { items(id: "slow") { n } }').events;
  expect(await slow.next()).toMatchObject({ value: { data: { items: { n: 1 } } } });
  expect(await numbers(subscribers.follow('subscription { items(id: "slow") { n } }').events, 2_000)).toEqual(
    oneTo(2_000),
  );
  await fixture.write('slow', { state: 'CLOSED', length: 2_001 });
  expect(await numbers(slow)).toEqual(oneTo(2_001, 2));
});

test('200 clients that come and go, in any state, leave no channel behind', async () => {
  fixture.boxes.set('leak', { state: 'OPEN', length: 1 });
  const query = 'subscription { items(id: "leak") { n } }';
  await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      const client = fixture.connect();
      const events = client.iterate({ query });
      const first = events.next();
      // Every other one goes away while its subscription is still being made.
      if (index % 2 === 0) await first;
      await client.dispose();
      await first.catch(() => undefined);
    }),
  );
  await waitFor(() => fixture.channelCount() === 0);
  await waitFor(async () => Object(await fixture.redis.pubsub('NUMSUB', `${fixture.prefix}box:leak`))[1] === 0);
});

test('stop closes sockets with 1001 and resolves though streams are open', async () => {
  const own = await startFixture();
  own.boxes.set('s', { state: 'OPEN', length: 1 });
  const { events, closed } = createSubscribers(own).follow('subscription { items(id: "s") { n } }');
  await events.next();
  const ended = events.next();
  await own.stopGateway();
  await expect(ended).rejects.toBeDefined();
  expect(closed()).toMatchObject({ code: 1001 });
  await own.close();
});
