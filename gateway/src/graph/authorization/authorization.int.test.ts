import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { unavailable } from '@tributary/core';
import { askForStream, eventsOf, multipart, sse } from '../../../fixtures/http-streams.ts';
import { serveLabels } from '../../../fixtures/serve-labels.ts';
import { type Started, startFixture } from '../../../fixtures/start-fixture.ts';
import { createSubscribers } from '../../../fixtures/subscribers.ts';
import { putParts } from '../../../fixtures/test-client.ts';

let labels: Awaited<ReturnType<typeof serveLabels>>;
let fixture: Started;
let subscribers: ReturnType<typeof createSubscribers>;
let isPolicyDown = false;
let isWithdrawn = false;

beforeAll(async () => {
  labels = await serveLabels();
  fixture = await startFixture(
    {},
    {
      others: [labels],
      async meetPolicies(names, { viewer }) {
        if (isPolicyDown) throw unavailable('Policies cannot be asked for at the moment');
        return new Set(viewer?.sub === 'ruler' && !isWithdrawn ? names : ['kind']);
      },
    },
  );
  await fixture.untilReady();
  subscribers = createSubscribers(fixture);
  fixture.boxes.set('a', { state: 'CLOSED', length: 2 });
});
afterEach(async () => {
  isPolicyDown = false;
  isWithdrawn = false;
  await subscribers.disconnect();
});
afterAll(async () => {
  await fixture.stop();
  await labels.close();
});

const see = () => fixture.accessToken({ permissions: ['SEE'] });

/** What was answered, and how many requests each subgraph had for it. */
async function ask(query: string, token?: string) {
  const before = [fixture.subgraph.queries, labels.queries.length] as const;
  const answer = await fixture.ask(query, token === undefined ? {} : { token });
  return { ...answer, boxes: fixture.subgraph.queries - before[0], labels: labels.queries.length - before[1] };
}

describe('an operation', () => {
  test('is answered but for what is refused, for which no subgraph is asked', async () => {
    const query = '{ mine who box(id: "a") { n price } }';
    expect(await ask(query)).toEqual({
      ...{ status: 200, boxes: 1, labels: 0 },
      data: { mine: null, who: 'nobody', box: { n: 2, price: null } },
      errors: [
        {
          message: 'Sign in first: this needs an access token.',
          path: ['mine'],
          extensions: { code: 'UNAUTHENTICATED', reason: 'SIGN_IN_REQUIRED' },
        },
        expect.objectContaining({
          path: ['box', 'price'],
          extensions: { code: 'UNAUTHENTICATED', reason: 'SIGN_IN_REQUIRED' },
        }),
      ],
    });
    expect(await ask(query, fixture.accessToken())).toMatchObject({
      ...{ status: 200, boxes: 1, labels: 0 },
      data: { mine: 'mine', who: 'u1', box: { n: 2, price: null } },
      errors: [
        {
          message: 'You need the SEE permission for this.',
          extensions: { code: 'FORBIDDEN', reason: 'PERMISSION_MISSING' },
        },
      ],
    });
    expect(await ask(query, see())).toEqual({
      ...{ status: 200, boxes: 1, labels: 1 },
      data: { mine: 'mine', who: 'u1', box: { n: 2, price: 3 } },
    });
  });

  test('asks a subgraph for what is left, and only that', async () => {
    labels.queries.length = 0;
    expect(await ask('{ box(id: "a") { label price } }')).toMatchObject({
      data: { box: { label: 'label a', price: null } },
    });
    expect(labels.queries).toEqual([expect.not.stringContaining('price')]);
  });

  test('of which nothing is left asks no subgraph at all', async () => {
    expect(await ask('{ mine box(id: "a") { price } }')).toMatchObject({
      ...{ status: 200, boxes: 0, labels: 0 },
      data: { mine: null, box: null },
      errors: [{ path: ['mine'] }, { path: ['box', 'price'] }],
    });
  });

  test('on abstract types gives the objects of each type what they may tell', async () => {
    const query = `{ box(id: "a") {
      notes { ... on Public { text } ... on Secret { text } }
      kinds: notes { __typename }
      parts { ... on Lid { size } ... on Lock { size } }
    } }`;
    const kinds = [{ __typename: 'Public' }, { __typename: 'Secret' }];
    expect(await ask(query)).toMatchObject({
      data: { box: { notes: [{ text: 'Public' }, { text: null }], kinds, parts: [{ size: 1 }, { size: null }] } },
      errors: [{ path: ['box', 'notes', 1, 'text'] }, { path: ['box', 'parts', 1, 'size'] }],
    });
    expect(await ask(query, see())).toEqual({
      ...{ status: 200, boxes: 1, labels: 1 },
      data: { box: { notes: [{ text: 'Public' }, { text: 'Secret' }], kinds, parts: [{ size: 1 }, { size: 1 }] } },
    });
    expect(await ask('{ box(id: "a") { parts { size } } }')).toMatchObject({ labels: 0, data: { box: null } });
  });

  test('that many send at once, each with other rights, gives each what is his, again and again', async () => {
    const query = '{ who mine box(id: "a") { label price } }';
    const tokens = [
      undefined,
      fixture.accessToken({ sub: 'u8' }),
      fixture.accessToken({ sub: 'u9', permissions: ['SEE'] }),
    ];
    const asked = Array.from({ length: 60 }, (_, index) => index % 3);
    const answers = await Promise.all(asked.map((index) => ask(query, tokens[index])));
    const seen = [
      { who: 'nobody', mine: null, box: { label: 'label a', price: null } },
      { who: 'u8', mine: 'mine', box: { label: 'label a', price: null } },
      { who: 'u9', mine: 'mine', box: { label: 'label a', price: 3 } },
    ];
    expect(answers.map(({ data }) => data)).toEqual(asked.map((index) => seen[index]));
    expect(answers.map(({ errors = [] }) => errors.length)).toEqual(asked.map((index) => [2, 1, 0][index]));
  });

  test('that is what is left of another is kept apart from it', async () => {
    const refused = await ask('query Q { mine who }');
    expect(refused.data).toEqual({ mine: null, who: 'nobody' });
    expect((await ask('query Q {\n  who\n}')).data).toEqual({ who: 'nobody' });
    expect((await ask('query Q { mine who }', see())).data).toEqual({ mine: 'mine', who: 'u1' });
  });

  test('comes to the same over a WebSocket and as server-sent events', async () => {
    const refused = { data: { mine: null, who: 'nobody' }, errors: [expect.objectContaining({ path: ['mine'] })] };
    for await (const answer of subscribers.follow('{ mine who }').events) expect(answer).toEqual(refused);
    const events: unknown[] = [];
    for await (const event of eventsOf(await askForStream(fixture.url, sse, '{ mine who }'))) events.push(event);
    expect(events).toEqual([refused, 'complete']);
  });

  test('with a file for a field that is refused leaves the file where it is', async () => {
    const query = 'mutation ($file: Upload!) { putMine(file: $file) }';
    const operations = JSON.stringify({ query, variables: { file: null } });
    const [, ...rest] = putParts();
    const content = new Blob(['x'.repeat(3_000_000)]);
    const { queries } = fixture.subgraph;
    const answer = await fixture.sendParts([['operations', operations], ...rest, ['0', content]]);
    expect(answer).toMatchObject({ data: { putMine: null }, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(fixture.subgraph.queries).toBe(queries);
  });
});

test('a file for a refused field does not keep back the one that comes after it', async () => {
  const own = await startFixture({ MAX_UPLOAD_FILES: '2' });
  const query = 'mutation ($one: Upload!, $two: Upload!) { putMine(file: $one) put(file: $two) }';
  const answer = await own.sendParts([
    ['operations', JSON.stringify({ query, variables: { one: null, two: null } })],
    ['map', JSON.stringify({ 0: ['variables.one'], 1: ['variables.two'] })],
    ['0', new Blob(['x'.repeat(3_000_000)])],
    ['1', new Blob(['y'])],
  ]);
  expect(answer).toMatchObject({ data: { putMine: null, put: expect.any(String) }, errors: [{ path: ['putMine'] }] });
  await own.stop();
});

describe('a policy', () => {
  test('is asked for once an operation, and lets in only who meets all of one alternative', async () => {
    expect(await ask('{ ruled }')).toMatchObject({ boxes: 0, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(await ask('{ ruled }', see())).toMatchObject({
      boxes: 0,
      errors: [
        {
          message: 'This needs the policy kind and local.',
          extensions: { code: 'FORBIDDEN', reason: 'POLICY_NOT_MET' },
        },
      ],
    });
    const ruler = fixture.accessToken({ sub: 'ruler' });
    expect(await ask('{ ruled }', ruler)).toMatchObject({ boxes: 1, data: { ruled: 'ruled' } });
  });

  test('that cannot be asked for fails the operation, and lets nobody in', async () => {
    isPolicyDown = true;
    const ruler = fixture.accessToken({ sub: 'ruler' });
    expect(await ask('{ who ruled }', ruler)).toMatchObject({
      boxes: 0,
      errors: [{ extensions: { code: 'UNAVAILABLE' } }],
    });
    expect(await ask('{ who }', ruler)).toMatchObject({ data: { who: 'ruler' } });
  });

  test('is met by nobody where the gateway is given none', async () => {
    const plain = await startFixture();
    await plain.untilReady();
    const answer = await plain.ask('{ ruled }', { token: plain.accessToken({ permissions: ['ADMIN'] }) });
    expect(answer).toMatchObject({ data: { ruled: null }, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    await plain.stop();
  });
});

describe('a subscription', () => {
  const collect = async (events: AsyncIterable<unknown>) => {
    const seen: unknown[] = [];
    for await (const event of events) seen.push(event);
    return seen;
  };

  test('gives each event without the fields that are refused', async () => {
    const query = 'subscription { items(id: "a") { n hidden } }';
    const refused = {
      path: ['items', 'hidden'],
      message: expect.any(String),
      extensions: { code: 'UNAUTHENTICATED', reason: 'SIGN_IN_REQUIRED' },
    };
    expect(await collect(subscribers.follow(query).events)).toEqual([
      { data: { items: { n: 1, hidden: null } }, errors: [refused] },
      { data: { items: { n: 2, hidden: null } }, errors: [refused] },
    ]);
    expect(await collect(subscribers.follow(query, { token: see() }).events)).toEqual([
      { data: { items: { n: 1, hidden: 'hidden 1' } } },
      { data: { items: { n: 2, hidden: 'hidden 2' } } },
    ]);
  });

  test('gives a null event where a refused field may not be null, and goes on', async () => {
    expect(await collect(subscribers.follow('subscription { items(id: "a") { n sealed } }').events)).toMatchObject([
      { data: null, errors: [{ path: ['items', 'sealed'], extensions: { code: 'UNAUTHENTICATED' } }] },
      { data: null, errors: [{ path: ['items', 'sealed'] }] },
    ]);
  });

  test('has its rights checked again for each event', async () => {
    fixture.boxes.set('p', { state: 'OPEN', length: 1 });
    const token = fixture.accessToken({ sub: 'ruler' });
    const seen: unknown[] = [];
    for await (const event of subscribers.follow('subscription { items(id: "p") { noted } }', { token }).events) {
      if (seen.push(event) > 1) continue;
      isWithdrawn = true;
      await fixture.write('p', { state: 'CLOSED', length: 2 });
    }
    expect(seen).toMatchObject([
      { data: { items: { noted: 'noted 1' } } },
      { data: { items: { noted: null } }, errors: [{ path: ['items', 'noted'], extensions: { code: 'FORBIDDEN' } }] },
    ]);
  });

  test.each([
    ['server-sent events', sse],
    ['multipart', multipart],
  ])('that is refused itself tells so and ends, over %s, having asked for nothing', async (_name, accept) => {
    const { queries } = fixture.subgraph;
    const events = await collect(
      eventsOf(await askForStream(fixture.url, accept, 'subscription { myItems(id: "a") { n } }')),
    );
    expect(JSON.stringify(events)).toContain('"code":"UNAUTHENTICATED"');
    expect(events.at(-1)).toBe('complete');
    expect(fixture.subgraph.queries).toBe(queries);
  });

  test('that is refused itself is an error over a WebSocket, whose connection stays', async () => {
    const { events, client } = subscribers.follow('subscription { myItems(id: "a") { n } }');
    await expect(collect(events)).rejects.toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(await collect(client.iterate({ query: '{ who }' }))).toEqual([{ data: { who: 'nobody' } }]);
    const mine = subscribers.follow('subscription { myItems(id: "a") { n } }', { token: see() });
    expect(await collect(mine.events)).toHaveLength(2);
  });
});

test('what federation adds to a subgraph cannot be reached by clients', async () => {
  const { queries } = fixture.subgraph;
  for (const query of [
    '{ _service { sdl } }',
    '{ _entities(representations: [{ __typename: "Box", id: "a" }]) { __typename } }',
  ]) {
    expect(await fixture.ask(query, { token: see() })).toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
    const [event] = await collectEvents(query);
    expect(event).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
    const events = subscribers.follow(query).events;
    await expect(events.next()).rejects.toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  }
  expect(fixture.subgraph.queries).toBe(queries);
});

async function collectEvents(query: string) {
  const events: unknown[] = [];
  for await (const event of eventsOf(await askForStream(fixture.url, sse, query))) events.push(event);
  return events;
}
