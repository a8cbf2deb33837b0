import { createTestVhost, openTestDatabase } from '@tributary/testing';
import { openUploadsDb } from '@tributary/uploads-db';
import { z } from 'zod';
import { defineBench } from '../harness/benches.ts';
import { formatSpread, ratios, spread } from '../harness/statistics.ts';
import { measureBareClient } from './bare-client.ts';
import { measureOutboxToWorker } from './outbox-to-worker.ts';

const perSecond = z.array(z.number());
const data = z.object({
  count: z.number(),
  levels: z.array(z.object({ prefetch: z.number(), ours: perSecond, bare: perSecond })),
});

export default defineBench({
  title: 'Messages',
  question: 'How many messages a second go from the outbox over the exchange to a worker and are acknowledged?',
  order: 50,
  data,
  async run({ pick, rotate, onEnd, log }) {
    const [vhost, { db, close }] = await Promise.all([createTestVhost(), openTestDatabase('uploads', openUploadsDb)]);
    onEnd(vhost.drop);
    onEnd(close);
    const { url } = vhost;
    const count = pick({ full: 2_000, quick: 400, tiny: 20 });
    const levels: z.output<typeof data>['levels'] = [];
    for (const prefetch of pick({ full: [1, 10, 50], quick: [1, 10, 50], tiny: [10] })) {
      const rates = await rotate(
        {
          ours: () => measureOutboxToWorker({ db, url }, { count, prefetch }),
          bare: () => measureBareClient(url, { count, prefetch }),
        },
        pick({ full: 5, quick: 3, tiny: 1 }),
      );
      log(`prefetch ${prefetch}`);
      levels.push({ prefetch, ...rates });
    }
    return { count, levels };
  },
  present({ count, levels }) {
    return {
      aims: [],
      parts: [
        `${count} messages wait in the outbox table; the relay claims them, publishes each persistently and mandatorily, waits for its confirm and deletes its
row; the worker runtime parses each against its contract and acknowledges. The baseline is the bare client with a quorum queue,
persistent messages, confirms and acknowledgements, without database, contracts or retries. Both ends are in one process.`,
        {
          head: ['prefetch', 'messages/s', 'bare client', 'ratio'],
          rows: levels.map(({ prefetch, ours, bare }) => [
            String(prefetch),
            formatSpread(spread(ours)),
            formatSpread(spread(bare)),
            formatSpread(ratios(ours, bare)),
          ]),
        },
        {
          plot: 'bars',
          name: 'messages',
          title: 'Messages a second from outbox to acknowledgement',
          unit: 'messages a second',
          bars: levels.flatMap(({ prefetch, ours, bare }) => [
            { label: `outbox to worker, prefetch ${prefetch}`, value: spread(ours).median, ...getRange(ours) },
            { label: `bare client, prefetch ${prefetch}`, value: spread(bare).median, ...getRange(bare), series: 1 },
          ]),
        },
        `Messages are claimed in batches, and those confirmed at the same time are marked in one transaction; one that is refused, or cannot be marked, holds
up no other.`,
      ],
    };
  },
});

const getRange = (values: readonly number[]) => ({ min: Math.min(...values), max: Math.max(...values) });
