import { z } from 'zod';
import { defineBench } from '../harness/benches.ts';
import { formatNumber } from '../harness/plot/svg.ts';
import { openGateway } from './measured-gateway.ts';
import { measureFanOut, measureIdle, measureStalled } from './measures.ts';
import { assertOpenFileLimit } from './subscriber.ts';

const data = z.object({
  fanOut: z.object({
    subscribers: z.number(),
    events: z.number(),
    p50Ms: z.number(),
    p95Ms: z.number(),
    p99Ms: z.number(),
    queriesPerEvent: z.number(),
  }),
  stalled: z.object({ seconds: z.number(), pagesRead: z.number(), rssMB: z.number(), heapMB: z.number() }),
  idle: z.object({ subscriptions: z.number(), rssKBEach: z.number(), heapKBEach: z.number() }),
});

export default defineBench({
  title: 'Subscriptions at the gateway alone',
  question:
    'What does a subscription cost the gateway, and how long does it take an event to many subscribers, with a subgraph that answers at once?',
  order: 60,
  data,
  async run({ pick, onEnd, log }) {
    const { idle, seconds, subscribers, events } = pick({
      full: { idle: 2_000, seconds: 20, subscribers: 1_000, events: 20 },
      quick: { idle: 500, seconds: 3, subscribers: 300, events: 5 },
      tiny: { idle: 20, seconds: 1, subscribers: 10, events: 2 },
    });
    assertOpenFileLimit(Math.max(idle, subscribers) + 200);
    const bench = await openGateway();
    onEnd(bench.close);
    const fanOut = await measureFanOut(bench, { subscribers, events });
    log(`${events} events to ${subscribers} subscribers`);
    const stalled = await measureStalled(bench, seconds);
    log(`${seconds} s before a client that reads nothing`);
    return { fanOut, stalled, idle: await measureIdle(bench, idle) };
  },
  present({ fanOut, stalled, idle }) {
    return {
      aims: [
        {
          aim: 'events of one log are read once for all its subscribers',
          measured: `${formatNumber(fanOut.queriesPerEvent)} queries an event for ${fanOut.subscribers} subscribers`,
          reached: fanOut.queriesPerEvent <= 2,
          why: 'Equal subscriptions of one viewer share a read; more than two say that they do not.',
        },
      ],
      parts: [
        {
          head: ['what', 'figure'],
          rows: [
            [`event to ${fanOut.subscribers} subscribers, p50 ms`, fanOut.p50Ms],
            ['p95 ms', fanOut.p95Ms],
            ['p99 ms', fanOut.p99Ms],
            [`memory of each of ${idle.subscriptions} idle subscriptions, KB`, idle.rssKBEach],
            ['of it heap, KB', idle.heapKBEach],
            [`memory for a client that reads nothing for ${stalled.seconds} s, MB`, stalled.rssMB],
          ],
        },
      ],
    };
  },
});
