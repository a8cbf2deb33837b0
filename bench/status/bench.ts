import { z } from 'zod';
import { defineBench } from '../harness/benches.ts';
import { formatNumber } from '../harness/plot/svg.ts';
import { processCost } from '../harness/process-cost.ts';
import { median } from '../harness/statistics.ts';
import { measureStatus } from './measure-status.ts';

const data = z.object({
  levels: z.array(
    z.object({
      subscribers: z.number(),
      uploads: z.number(),
      count: z.number(),
      meanMs: z.number(),
      p50Ms: z.number(),
      p95Ms: z.number(),
      p99Ms: z.number(),
      maxMs: z.number(),
      costs: z.array(z.record(z.string(), processCost)),
    }),
  ),
});

type Level = z.output<typeof data>['levels'][number];

export default defineBench({
  title: 'Status',
  question: 'How long does a change of an upload’s status take to those who watch it?',
  order: 40,
  data,
  run: measureStatus,
  present({ levels }) {
    const largest = levels.at(-1);
    return {
      aims: [
        {
          aim: 'a change of status is with 99 of 100 watchers within a second',
          measured: largest
            ? `p99 ${formatNumber(largest.p99Ms)} ms with ${formatNumber(largest.subscribers)} watchers`
            : '–',
          reached: largest ? largest.p99Ms < 1_000 : null,
          why: 'One gateway process serves all the watchers on a machine that everything else runs on, and their clients too.',
        },
      ],
      parts: [
        `Through the whole system: a file waits for the loader while so many subscribe to its upload over WebSockets of their own; then the loader starts. A delay is from the time
that is written with the event, in its transaction, to its arrival at a client, by the same clock.`,
        {
          head: ['subscribers', 'events', 'p50 ms', 'p95 ms', 'p99 ms', 'slowest ms'],
          rows: levels.map((one) => [one.subscribers, one.count, one.p50Ms, one.p95Ms, one.p99Ms, one.maxMs]),
        },
        ...(largest ? [costTable(largest)] : []),
        {
          plot: 'lines',
          name: 'status',
          title: 'From committed to the client, by the number of subscribers',
          x: { label: 'subscribers', scale: 'log' },
          y: { label: 'milliseconds', scale: 'log' },
          series: [
            { label: 'p50', points: levels.map(({ subscribers: x, p50Ms: y }) => ({ x, y })) },
            { label: 'p95', points: levels.map(({ subscribers: x, p95Ms: y }) => ({ x, y })) },
            { label: 'p99', points: levels.map(({ subscribers: x, p99Ms: y }) => ({ x, y })) },
          ],
        },
      ],
    };
  },
});

function costTable({ subscribers, costs }: Level) {
  const of = (name: string, pick: 'cpuSeconds' | 'peakMB') =>
    median(costs.flatMap((one) => (one[name] ? [one[name][pick]] : [])));
  return {
    caption: `What ${formatNumber(subscribers)} subscribers cost, each of whom connects, subscribes and sees a file to its end:`,
    head: ['process', 'CPU s per 1,000 subscribers', 'memory at most, MB'],
    rows: Object.keys(costs[0] ?? {}).map((name) => [
      name,
      (of(name, 'cpuSeconds') / subscribers) * 1_000,
      of(name, 'peakMB'),
    ]),
  };
}
