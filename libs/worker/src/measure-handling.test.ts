import { describe, expect, test } from '@jest/globals';
import { anyWork } from '@tributary/events';
import type { Delivery, Outcome } from '@tributary/messaging';
import { Registry } from '@tributary/metrics';
import { z } from 'zod';
import { defineWorker } from './define-worker.ts';
import { measureHandling } from './measure-handling.ts';

const definition = defineWorker({
  name: 'under-test',
  consumes: anyWork.started,
  prefetch: 1,
  config: z.object({}),
  connect: () => ({}),
  handle: async () => undefined,
});

const aDelivery = (type: string): Delivery => ({
  ...{ type, body: {}, messageId: 'm', attempt: 1, waits: 0, lastReason: null, routingKey: type, headers: {} },
});

async function deliver(type: string, outcome: Outcome | Error, signal = new AbortController().signal) {
  const registry = new Registry();
  const broker = { depths: async () => ({ ready: 4, retry: 0, dead: 1 }) };
  const handle = measureHandling(
    registry,
    definition,
    broker,
  )(async () => {
    if (outcome instanceof Error) throw outcome;
    return outcome;
  });
  await handle(aDelivery(type), signal).catch(() => undefined);
  return registry.metrics();
}

const counted = (type: string, outcome: string) =>
  `tributary_worker_deliveries_total{type="${type}",outcome="${outcome}"} 1\n`;

describe('the measures of a worker', () => {
  test.each<[string, Outcome | Error]>([
    ['done', { ack: true }],
    ['continued', { continue: true }],
    ['unavailable', { retryInMs: 1_000, countsAsAttempt: false }],
    ['attempt', { retryInMs: 1_000, countsAsAttempt: true }],
    ['dead_lettered', { deadLetter: { reason: 'bad' } }],
    ['dead_lettered', new Error('bug')],
  ])('count a delivery as %s', async (name, outcome) => {
    const text = await deliver('csv-loader.work.started', outcome);
    expect(text).toContain(counted('work.started', name));
    expect(text).toContain('tributary_worker_handling_seconds_count{type="work.started"} 1\n');
    expect(text).toContain('tributary_worker_in_hand 0\n');
  });

  test('count what was handed back as that, whatever the handler threw for it', async () => {
    const outcome = { retryInMs: 1_000, countsAsAttempt: false };
    const text = await deliver('csv-loader.work.started', outcome, AbortSignal.abort());
    expect(text).toContain(counted('work.started', 'handed_back'));
  });

  test('take the type from the contract, so that no message makes a label of its own', async () => {
    expect(await deliver('media-converter.work.started', { ack: true })).toContain(counted('work.started', 'done'));
    expect(await deliver('a.b.c', { ack: true })).toContain(counted('unknown', 'done'));
  });

  test('tell what waits in the queues of the worker', async () => {
    const text = await deliver('csv-loader.work.started', { ack: true });
    expect(text).toContain('tributary_worker_queue_messages{queue="ready"} 4\n');
    expect(text).toContain('tributary_worker_queue_messages{queue="dead"} 1\n');
  });
});
