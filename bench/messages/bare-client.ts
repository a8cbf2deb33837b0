import { once } from 'node:events';
import { connect } from 'amqplib';

const inFlight = 10;

/** Messages a second with the bare client: published persistently with confirms, ten at a time, to a quorum queue, consumed and acknowledged. */
export async function measureBareClient(
  url: string,
  { count, prefetch }: { count: number; prefetch: number },
): Promise<number> {
  const [publishing, consuming] = await Promise.all([connect(url), connect(url)]);
  const [publisher, consumer] = await Promise.all([publishing.createConfirmChannel(), consuming.createChannel()]);
  try {
    const { queue } = await consumer.assertQueue('bare', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await consumer.prefetch(prefetch);
    const body = Buffer.from(JSON.stringify({ uploadId: crypto.randomUUID(), at: new Date().toISOString() }));
    let taken = 0;
    const done = new AbortController();
    const finished = once(done.signal, 'abort');
    const begin = performance.now();
    await consumer.consume(queue, (message) => {
      if (message) consumer.ack(message);
      if (++taken === count) done.abort();
    });
    for (let sent = 0; sent < count; sent += inFlight) {
      for (let index = 0; index < Math.min(inFlight, count - sent); index++)
        publisher.sendToQueue(queue, body, { persistent: true, mandatory: true });
      await publisher.waitForConfirms();
    }
    await finished;
    return count / ((performance.now() - begin) / 1000);
  } finally {
    await Promise.all([publishing.close(), consuming.close()]);
  }
}
