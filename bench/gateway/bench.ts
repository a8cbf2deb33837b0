import { z } from 'zod';
import { defineBench } from '../harness/benches.ts';
import { formatNumber } from '../harness/plot/svg.ts';
import { compareRatio, formatSpread, median, ratios } from '../harness/statistics.ts';
import { queries } from '../seed/queries.ts';
import { measureVersions } from './measure-versions.ts';
import { createProfileTable } from './profile.ts';

/** The last commit before decision 14. */
const commitBefore = 'af75c6cc22';

const run = z.object({ perSecond: z.number(), gatewayMs: z.number(), errors: z.number() });
const profile = z.record(z.string(), z.number());
const data = z.object({
  connections: z.number(),
  seconds: z.number(),
  before: z.string(),
  queries: z.array(z.object({ query: z.string(), now: z.array(run), before: z.array(run) })),
  profile: z.object({ now: profile, before: profile.nullable() }),
});

export default defineBench({
  title: 'A request at the gateway',
  question:
    'How many requests a second does the gateway answer, what does each cost it, and what was that before it was profiled?',
  order: 20,
  data,
  run: (context) => measureVersions(context, { commitBefore, queries: { mixed: null, ...queries } }),
  present({ connections, seconds, before, queries: measured, profile: profiles }) {
    const rows = measured.map((one) => {
      const of = (pick: (each: z.output<typeof run>) => number) => ({
        now: one.now.map(pick),
        before: one.before.map(pick),
      });
      const [rate, cost] = [of(({ perSecond }) => perSecond), of(({ gatewayMs }) => gatewayMs)];
      const compared = one.before.length > 0;
      const rateRatio = compared ? ratios(rate.now, rate.before) : null;
      const costRatio = compared ? ratios(cost.before, cost.now) : null;
      return { query: one.query, rate, cost, rateRatio, costRatio, rounds: one.now.length };
    });
    const mixed = rows.find(({ query }) => query === 'mixed');
    const isTold = mixed?.costRatio && compareRatio(mixed.costRatio, mixed.rounds) !== 'neither';
    return {
      aims: [
        {
          aim: 'a request of the mix costs the gateway half of what it did',
          measured: mixed?.costRatio ? `${formatSpread(mixed.costRatio)} times less` : '–',
          reached: isTold ? (mixed?.costRatio?.median ?? 0) >= 2 : null,
          why: 'What is left is spread over HTTP, Apollo Server and the federation library: see the profile below.',
        },
      ],
      parts: [
        `${connections} connections send one request after the other for ${formatNumber(seconds)} s a round; before and now take turns on the same system, so
the subgraphs are the new ones for both. Before is commit \`${before}\`, the last before [decision 14](decisions/0014-what-is-kept-between-requests.md); [decision 19](decisions/0019-answers-that-fit-are-handed-on.md) came later.
\`mixed\` is all the queries in turn. A ratio of 2 is twice as many, or half the cost.`,
        {
          head: ['query', 'requests/s before', 'now', 'ratio', 'gateway ms/request before', 'now', 'ratio'],
          rows: rows.map(({ query, rate, cost, rateRatio, costRatio }) => [
            query,
            median(rate.before),
            median(rate.now),
            rateRatio ? formatSpread(rateRatio) : '–',
            median(cost.before),
            median(cost.now),
            costRatio ? formatSpread(costRatio) : '–',
          ]),
        },
        {
          plot: 'bars',
          name: 'gateway-cost',
          title: 'Processor time of the gateway for one request',
          unit: 'ms',
          bars: rows.flatMap(({ query, cost }) =>
            (['before', 'now'] as const).map((which, series) => ({
              label: `${query}, ${which}`,
              value: median(cost[which]),
              min: Math.min(...cost[which]),
              max: Math.max(...cost[which]),
              series,
            })),
          ),
        },
        createProfileTable(profiles),
        `**The next factor of two.** What is left of a request is spread thin over Express, Apollo Server, two HTTP exchanges and one with Redis; where a plan has several steps, also over carrying
it out and shaping the answer in \`@apollo/gateway\`. None of it is ours to shorten: another server in front (a router outside of Node), or a second gateway process on another core, since the gateway keeps nothing that its replicas would have to share.`,
      ],
    };
  },
});
