import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import { askForStream, eventsOf, multipart, sse } from '../../fixtures/http-streams.ts';
import { startReloadable, withField } from '../../fixtures/start-reloadable.ts';
import { createSubscribers, itemNumbers } from '../../fixtures/subscribers.ts';
import { putParts } from '../../fixtures/test-client.ts';

let fixture: Awaited<ReturnType<typeof startReloadable>>;
let subscribers: ReturnType<typeof createSubscribers>;
beforeAll(async () => {
  fixture = await startReloadable({ SUPERGRAPH_POLL_MS: '0' });
  subscribers = createSubscribers(fixture);
});
afterEach(async () => {
  await subscribers.disconnect();
  await fixture.putBack();
});
afterAll(() => fixture.stop());

const query = 'subscription { items(id: "a") { n } }';
const oneTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

async function replace(sdl: string) {
  await fixture.put(sdl);
  await fixture.reload();
}

/** The numbers of items that a stream over HTTP tells until it completes. */
async function streamed(accept: string) {
  const seen: unknown[] = [];
  for await (const event of eventsOf(await askForStream(fixture.url, accept, query))) {
    const { payload = event } = Object(event);
    if (event !== 'complete') seen.push(payload.data?.items.n ?? payload);
  }
  return seen;
}

test('while the graph is replaced eight times no request fails, and each stream has each event once', async () => {
  fixture.boxes.set('a', { state: 'OPEN', length: 1 });
  const streams = [
    ...Array.from({ length: 5 }, () => itemNumbers(subscribers.follow(query).events)),
    ...[sse, multipart].map(streamed),
  ];
  let isOver = false;
  let asked = 0;
  const asking = Array.from({ length: 6 }, async () => {
    while (!isOver) {
      expect(await fixture.ask('{ who box(id: "a") { items { n text } } }')).toMatchObject({
        status: 200,
        data: { who: 'nobody' },
      });
      asked += 1;
    }
  });
  for (const n of oneTo(8)) {
    await fixture.write('a', { state: 'OPEN', length: n * 10 });
    await replace(withField(fixture.original, `added${n}`));
    expect(await fixture.knows(`added${n}`)).toBe(true);
  }
  await fixture.write('a', { state: 'CLOSED', length: 90 });
  const seen = await Promise.all(streams);
  isOver = true;
  await Promise.all(asking);
  expect(asked).toBeGreaterThan(20);
  for (const each of seen) expect(each).toEqual(oneTo(90));
});

test('an operation that was begun ends on the graph it began with', async () => {
  let send = (_text: string) => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      send = (text) => (text === '' ? controller.close() : controller.enqueue(new TextEncoder().encode(text)));
    },
  });
  const disposition = (name: string) => `--b\r\ncontent-disposition: form-data; name="${name}"`;
  const answer = fetch(`${fixture.url}/graphql`, {
    method: 'POST',
    headers: { 'apollo-require-preflight': 'yes', 'content-type': 'multipart/form-data; boundary=b' },
    body,
    duplex: 'half',
  });
  const before = fixture.subgraph.queries;
  for (const [name, text] of putParts()) send(`${disposition(name)}\r\n\r\n${text}\r\n`);
  send(`${disposition('0')}; filename="a.csv"\r\n\r\nfirst half`);
  await waitFor(() => fixture.subgraph.queries > before);
  await replace(fixture.original.replace(/\n {2}put\(file: Upload!\): String!.*/, ''));
  expect((await fixture.putFile('x')).errors).toHaveLength(1);
  send('second half\r\n--b--\r\n');
  send('');
  expect(await (await answer).json()).toMatchObject({ data: { put: expect.any(String) } });
});

test('a stream whose field is gone ends, saying why', async () => {
  fixture.boxes.set('a', { state: 'OPEN', length: 1 });
  const { events } = subscribers.follow(query);
  await events.next();
  await replace(fixture.original.replaceAll('items(id: ID!', 'entries(id: ID!'));
  const ended = events.next();
  await fixture.write('a', { state: 'OPEN', length: 2 });
  await expect(ended).rejects.toMatchObject([
    {
      message: expect.stringMatching(
        'The graph has changed, and this subscription does not fit it any more: .*"items"',
      ),
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    },
  ]);
  await waitFor(() => fixture.channelCount() === 0);
});

test('a stream whose channel has a new name goes on there', async () => {
  fixture.boxes.set('a', { state: 'OPEN', length: 1 });
  const { events } = subscribers.follow(query);
  await events.next();
  await replace(fixture.original.replaceAll('channel: "box:{id}"', 'channel: "crate:{id}"'));
  await fixture.write('a', { state: 'OPEN', length: 2 });
  await events.next();
  await waitFor(async () => Object(await fixture.redis.pubsub('NUMSUB', `${fixture.prefix}crate:a`))[1] === 1);
  expect(await fixture.redis.pubsub('NUMSUB', `${fixture.prefix}box:a`)).toContain(0);
  fixture.boxes.set('a', { state: 'CLOSED', length: 3 });
  const since = Date.now();
  await fixture.redis.publish(`${fixture.prefix}crate:a`, '1');
  expect(await itemNumbers(events)).toEqual([3]);
  expect(Date.now() - since).toBeLessThan(3_000);
});

test('fifty graphs later the memory is as before', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  async function heapAfter(reloads: number) {
    for (const n of oneTo(reloads)) await replace(withField(fixture.original, `added${n}`));
    collect();
    return process.memoryUsage().heapUsed;
  }
  const before = await heapAfter(3);
  const after = await heapAfter(50);
  expect(after - before).toBeLessThan(10_000_000);
});
