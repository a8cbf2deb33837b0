import { z } from 'zod';
import { defineBench, type Part } from '../harness/benches.ts';
import { formatNumber } from '../harness/plot/svg.ts';
import { type ProcessCost, processCost } from '../harness/process-cost.ts';
import { formatSpread, spread } from '../harness/statistics.ts';
import { type LoadResult, loadResult } from '../load/run-load.ts';
import { measureConcurrentUsers } from './measure-concurrent-users.ts';

const metered = z.object({ load: loadResult, costs: z.record(z.string(), processCost) });
const data = z.object({
  users: z.number(),
  requestsEach: z.number(),
  queried: z.array(loadResult),
  uploaded: z.array(loadResult),
  maximum: metered,
  sustained: metered.extend({ perSecond: z.number() }),
});

/** What a form pipeline published for 1,000 users with 5 requests each, on one container. */
const publishedMs = 1_858;

export default defineBench({
  title: 'Many at once',
  question:
    'What happens when a thousand people come at the same moment, and when two thousand requests come every second?',
  order: 30,
  data,
  run: measureConcurrentUsers,
  present({ users, requestsEach, queried, uploaded, maximum, sustained }) {
    const rate = sustained.load.perSecond;
    return {
      aims: [
        createUsersAim('queries', queried),
        createUsersAim('small files', uploaded),
        {
          aim: `${formatNumber(sustained.perSecond)} requests a second of mixed queries`,
          measured: `${formatNumber(rate)} a second, ${formatNumber(countErrors(sustained.load))} not answered`,
          reached: rate >= sustained.perSecond * 0.99 && countErrors(sustained.load) === 0,
          why: `${describeBusiest(maximum.costs)} At most this machine answers ${formatNumber(maximum.load.perSecond)} a second, with the load made on it too.`,
        },
      ],
      parts: [
        `${formatNumber(users)} users begin within 0.1 s and make ${requestsEach} requests each, one after the other. A published pipeline for forms
gave 1,858 ms on average on one container and 1,056 ms on five, on machines we do not know: a landmark, no baseline.
All users are one account here, and the load is made on the same machine.`,
        {
          head: ['what', 'average ms', 'p95 ms', 'slowest ms', 'requests/s', 'errors'],
          rows: [createUsersRow('queries', queried), createUsersRow('small files', uploaded)],
        },
        `Then mixed queries as quickly as 50 connections take the answers, and ${formatNumber(sustained.perSecond)} a second whatever the answers do, for ${formatNumber(sustained.load.seconds)} s. A request's time
counts from when it was due; what could not even be sent in that time is not answered.`,
        {
          head: ['load', 'answered/s', 'p50 ms', 'p95 ms', 'p99 ms', 'not answered'],
          rows: [
            createLoadRow('as many as it takes', maximum.load),
            createLoadRow(`${formatNumber(sustained.perSecond)}/s`, sustained.load),
          ],
        },
        createCostTable(maximum),
        `**The next factor of two.** ${describeBusiest(maximum.costs)} More cores are used by more processes: each subgraph and the gateway can run several times behind one address, since none
keeps anything another would need.`,
      ],
    };

    function createUsersAim(what: string, results: readonly LoadResult[]) {
      const mean = spread(results.map(({ meanMs }) => meanMs ?? Number.NaN));
      const errors = results.reduce((sum, one) => sum + countErrors(one), 0);
      return {
        aim: `${formatNumber(users)} users × ${requestsEach} ${what} at once: average below ${formatNumber(publishedMs)} ms, no error`,
        measured: `${formatSpread(mean, ' ms')}, ${formatNumber(errors)} errors`,
        reached: mean.median < publishedMs && errors === 0,
        why: results.some(({ errors: codes }) => codes.UNAVAILABLE)
          ? 'A request that waits longer than ten seconds gets UNAVAILABLE and has to be retried: nothing is lost, but a part of the users is refused.'
          : 'The average is the queue: so many requests at once by how many a second this machine answers.',
      };
    }
  },
});

const countErrors = ({ errors }: LoadResult) => Object.values(errors).reduce((sum, count) => sum + count, 0);

function createUsersRow(what: string, results: readonly LoadResult[]): (string | number)[] {
  const of = (pick: (result: LoadResult) => number | null) =>
    formatSpread(spread(results.map((one) => pick(one) ?? Number.NaN)));
  const errors = results.reduce((sum, one) => sum + countErrors(one), 0);
  return [
    what,
    of((one) => one.meanMs),
    of((one) => one.p95Ms),
    of((one) => one.maxMs),
    of((one) => one.perSecond),
    errors,
  ];
}

const createLoadRow = (name: string, { perSecond, p50Ms, p95Ms, p99Ms, ...rest }: LoadResult) => [
  name,
  perSecond,
  ...[p50Ms, p95Ms, p99Ms].map((ms) => ms ?? Number.NaN),
  countErrors({ perSecond, p50Ms, p95Ms, p99Ms, ...rest }),
];

function createCostTable({ load, costs }: z.output<typeof metered>): Part {
  const rows = Object.entries({ ...costs, 'the load itself': { cpuSeconds: load.cpuSeconds, peakMB: Number.NaN } });
  return {
    caption: 'What a thousand of the mixed queries cost, and how busy each process was under the most it takes:',
    head: ['process', 'CPU s per 1,000 requests', '% of a core', 'memory at most, MB'],
    rows: rows
      .sort(([, one], [, other]) => other.cpuSeconds - one.cpuSeconds)
      .filter(([, { cpuSeconds }]) => cpuSeconds > 0)
      .map(([name, { cpuSeconds, peakMB }]) => [
        name,
        (cpuSeconds / load.count) * 1000,
        (cpuSeconds / load.seconds) * 100,
        peakMB,
      ]),
  };
}

function describeBusiest(costs: Readonly<Record<string, ProcessCost>>): string {
  const [first] = Object.entries(costs).sort(([, one], [, other]) => other.cpuSeconds - one.cpuSeconds);
  return first ? `The ${first[0]} process takes the most processor time.` : '';
}
