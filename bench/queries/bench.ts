import { z } from 'zod';
import { defineBench } from '../harness/benches.ts';
import { formatNumber } from '../harness/plot/svg.ts';
import { compareRatio, formatSpread, median, ratios, spread } from '../harness/statistics.ts';
import { type LoadResult, loadResult } from '../load/run-load.ts';
import { measureQueries } from './measure-queries.ts';

const runs = z.array(loadResult);
const data = z.object({
  rows: z.number(),
  levels: z.array(z.object({ connections: z.number(), cache: runs, sql: runs, redis: runs })),
  pages: z.object({ page: z.number(), pageSize: z.number(), first: runs, far: runs }),
});

const sources = [
  { name: 'the graph, cached', key: 'cache' },
  { name: 'SQL', key: 'sql' },
  { name: 'Redis alone', key: 'redis' },
] as const;

const rates = (results: readonly LoadResult[]) => results.map(({ perSecond }) => perSecond);
const typical = (results: readonly LoadResult[]) => results.map(({ p50Ms }) => p50Ms ?? Number.NaN);

export default defineBench({
  title: 'Queries',
  question:
    'How many answers a second come from the graph, from the database and from Redis, and is a page far on as quick as the first?',
  order: 10,
  data,
  run: measureQueries,
  present({ rows, levels, pages }) {
    const pageRatio = ratios(typical(pages.far), typical(pages.first));
    const isSame = pageRatio.median <= 1.1 || compareRatio(pageRatio, pages.far.length) !== 'more';
    return {
      aims: [
        {
          aim: `page ${formatNumber(pages.page)} of the employees takes the time of page 1`,
          measured: `${formatSpread(pageRatio)} times as long`,
          reached: isSame,
          why: 'Pages go on from a cursor by the index; what is longer is the index’s own depth.',
        },
      ],
      parts: [
        `The table has ${formatNumber(rows)} employees. Each connection asks for \`hiresByQuarter\` of one year again when it has its answer: through the gateway (token, plan, the employees
subgraph, the cached generation); by the SQL that fills the cache, as the subgraph runs it while nothing is cached, where those who ask
meanwhile share a run; and by reading and parsing the cached text from Redis, with no GraphQL at all: the floor.`,
        {
          head: ['connections', 'source', 'answers/s', 'of Redis alone', 'p50 ms', 'p95 ms', 'p99 ms', 'errors'],
          rows: levels.flatMap((level) =>
            sources.map(({ name, key }) => {
              const results = level[key];
              const of = (pick: (result: LoadResult) => number | null) =>
                median(results.map((one) => pick(one) ?? Number.NaN));
              const errors = results.flatMap((one) => Object.values(one.errors)).reduce((sum, count) => sum + count, 0);
              const share = key === 'redis' ? '1' : formatSpread(ratios(rates(results), rates(level.redis)));
              return [
                String(level.connections),
                name,
                formatSpread(spread(rates(results))),
                share,
                of(({ p50Ms }) => p50Ms),
                of(({ p95Ms }) => p95Ms),
                of(({ p99Ms }) => p99Ms),
                errors,
              ];
            }),
          ),
        },
        {
          plot: 'lines',
          name: 'queries',
          title: 'Answers a second, by the number of connections',
          x: { label: 'connections', scale: 'log' },
          y: { label: 'answers a second', scale: 'log' },
          series: sources.map(({ name, key }) => ({
            label: name,
            points: levels.map((level) => {
              const { median: y, min, max } = spread(rates(level[key]));
              return { x: level.connections, y, min, max };
            }),
          })),
        },
        {
          caption: `Pages of ${pages.pageSize} employees over one connection:`,
          head: ['page', 'p50 ms', 'to page 1'],
          rows: [
            ['1', formatSpread(spread(typical(pages.first))), '1'],
            [formatNumber(pages.page), formatSpread(spread(typical(pages.far))), formatSpread(pageRatio)],
          ],
        },
      ],
    };
  },
});
