import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '@tributary/testing';
import type { MeasuredGateway } from './measured-gateway.ts';
import { closeAll, openSubscriber, openSubscribers } from './subscriber.ts';

const nothing = () => undefined;
const boxQuery = (id: string, selection = 'n') => `subscription { items(id: "${id}") { ${selection} } }`;

/** What each of many subscriptions that wait for news costs the gateway. */
export async function measureIdle({ fixture, gateway }: MeasuredGateway, count: number) {
  const token = fixture.accessToken();
  fixture.boxes.set('idle', { state: 'OPEN', length: 1 });
  const open = () => openSubscriber(gateway.url, { token, query: boxQuery('idle'), onEvent: nothing });
  // What is made once, at the first use, is no cost of a connection.
  await closeAll(await openSubscribers(50, open));
  const before = await gateway.memory();
  const sockets = await openSubscribers(count, open);
  const after = await gateway.memory();
  await closeAll(sockets);
  const kBEach = (bytes: number) => round(bytes / 1024 / count);
  return {
    subscriptions: count,
    rssKBEach: kBEach(after.rss - before.rss),
    heapKBEach: kBEach(after.heapUsed + after.external - before.heapUsed - before.external),
  };
}

/** What a client costs the gateway that takes nothing more, with a log before it that no buffer holds. */
export async function measureStalled({ fixture, gateway }: MeasuredGateway, seconds: number) {
  fixture.boxes.set('stalled', { state: 'OPEN', length: 500_000 });
  const texts = Array.from({ length: 10 }, (_, index) => `t${index}: text(upper: true)`).join(' ');
  const open = () =>
    openSubscriber(gateway.url, {
      token: fixture.accessToken(),
      query: boxQuery('stalled', `n ${texts}`),
      onEvent: nothing,
    });
  const warm = await open();
  await pause(2_000);
  await closeAll([warm]);
  const before = await gateway.memory();
  const { queries } = fixture.subgraph;
  const socket = await open();
  socket.pause();
  await pause(seconds * 1000);
  const after = await gateway.memory();
  await closeAll([socket]);
  const mB = (bytes: number) => round(bytes / 1024 / 1024);
  return {
    seconds,
    pagesRead: fixture.subgraph.queries - queries,
    rssMB: mB(after.rss - before.rss),
    heapMB: mB(after.heapUsed + after.external - before.heapUsed - before.external),
  };
}

/** How long an event takes from being signalled to each of many equal subscribers, and what it costs in queries. */
export async function measureFanOut(
  { fixture, gateway }: MeasuredGateway,
  options: { subscribers: number; events: number },
) {
  const token = fixture.accessToken();
  fixture.boxes.set('one', { state: 'OPEN', length: 1 });
  const latencies: number[] = [];
  let signalledAt = 0;
  const onEvent = () => void latencies.push(performance.now() - signalledAt);
  const query = boxQuery('one', 'n text');
  const sockets = await openSubscribers(options.subscribers, () =>
    openSubscriber(gateway.url, { token, query, onEvent }),
  );
  let queries = 0;
  for (let event = 1; event <= options.events; event++) {
    await pause(200);
    const before = fixture.subgraph.queries;
    signalledAt = performance.now();
    await fixture.write('one', { state: 'OPEN', length: event + 1 });
    await waitFor(() => latencies.length === event * options.subscribers, { timeoutMs: 60_000, what: 'the event' });
    queries += fixture.subgraph.queries - before;
  }
  await closeAll(sockets);
  latencies.sort((a, b) => a - b);
  const percentile = (share: number) => round(latencies[Math.ceil(latencies.length * share) - 1] ?? Number.NaN);
  return {
    ...options,
    p50Ms: percentile(0.5),
    p95Ms: percentile(0.95),
    p99Ms: percentile(0.99),
    queriesPerEvent: round(queries / options.events),
  };
}

const round = (value: number) => Math.round(value * 10) / 10;
