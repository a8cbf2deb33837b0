import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { systemClock as clock, createLog } from '@tributary/core';
import { uploadDeleted } from '@tributary/events';
import { connectBroker, outgoingMessage, startOutboxRelay } from '@tributary/messaging';
import { waitFor } from '@tributary/testing';
import { createOutboxStore, type UploadsDb } from '@tributary/uploads-db';
import { defineWorker, startWorker } from '@tributary/worker';
import { z } from 'zod';

/** Messages a second from rows that wait in the outbox, over the exchange, to a worker that does nothing, until all are taken. */
export async function measureOutboxToWorker(
  { db, url }: { db: UploadsDb; url: string },
  { count, prefetch }: { count: number; prefetch: number },
): Promise<number> {
  const log = createLog('bench', 'silent');
  const broker = await connectBroker({ url, log, name: 'bench' });
  const done = new AbortController();
  let taken = 0;
  const worker = defineWorker({
    name: `bench-${prefetch}`,
    consumes: uploadDeleted,
    prefetch,
    config: z.object({}),
    connect: async () => ({}),
    async handle() {
      if (++taken === count) done.abort();
    },
  });
  const running = await startWorker(worker, { broker, config: {}, clock, log });
  await waitFor(() => broker.ready(), { what: 'the broker' });
  await db.client.outboxMessage.createMany({ data: Array.from({ length: count }, waitingMessage) });
  const finished = once(done.signal, 'abort');
  const begin = performance.now();
  const store = createOutboxStore(db, { clock, onEvents: () => undefined });
  const relay = startOutboxRelay({ store, publisher: broker, clock, log, pollMs: 1_000 });
  await finished;
  const seconds = (performance.now() - begin) / 1000;
  await relay.stop();
  await running.stop();
  await broker.close();
  return count / seconds;
}

function waitingMessage() {
  const uploadId = randomUUID();
  const now = clock.now();
  const { body, messageId, type, routingKey } = outgoingMessage(uploadDeleted, { uploadId, at: now.toISOString() });
  return { messageId, type, routingKey, uploadId, body: JSON.stringify(body), createdAt: now };
}
