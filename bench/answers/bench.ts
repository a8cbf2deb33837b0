import { z } from 'zod';
import { defineBench } from '../frame/define-bench.ts';
import { readable } from '../frame/plot/svg.ts';
import { spreadText } from '../frame/spread-text.ts';
import { median, ratios, spread, verdict } from '../frame/statistics.ts';
import { type LoadResult, loadResult } from '../load/run-load.ts';
import { measureAnswers } from './measure-answers.ts';

const runs = z.array(loadResult);
const data = z.object({
  rows: z.number(),
  answers: z.array(z.object({ connections: z.number(), cache: runs, sql: runs, redis: runs })),
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
  title: 'Answers',
  question:
    'How many answers a second come from the graph, from the database and from Redis, and is a page far on as quick as the first?',
  order: 10,
  data,
  run: measureAnswers,
  present({ rows, answers, pages }) {
    const pageRatio = ratios(typical(pages.far), typical(pages.first));
    const isSame = pageRatio.median <= 1.1 || verdict(pageRatio, pages.far.length) !== 'more';
    return {
      aims: [
        {
          aim: `page ${readable(pages.page)} of the employees takes the time of page 1`,
          measured: `${spreadText(pageRatio)} times as long`,
          reached: isSame,
          why: 'Pages go on from a cursor by the index; what is longer is the index’s own depth.',
        },
      ],
      parts: [
        `The table has ${readable(rows)} employees. Each connection asks for \`hiresByQuarter\` of one year again when it has its answer: through the gateway (token, plan, the employees
subgraph, the cached generation); by the SQL that fills the cache, as the subgraph runs it while nothing is cached, where those who ask
meanwhile share a run; and by reading and parsing the cached text from Redis, with no GraphQL at all: the floor.`,
        {
          head: ['connections', 'source', 'answers/s', 'of Redis alone', 'p50 ms', 'p95 ms', 'p99 ms', 'errors'],
          rows: answers.flatMap((level) =>
            sources.map(({ name, key }) => {
              const results = level[key];
              const of = (pick: (result: LoadResult) => number | null) =>
                median(results.map((one) => pick(one) ?? Number.NaN));
              const errors = results.flatMap((one) => Object.values(one.errors)).reduce((sum, count) => sum + count, 0);
              const share = key === 'redis' ? '1' : spreadText(ratios(rates(results), rates(level.redis)));
              return [
                String(level.connections),
                name,
                spreadText(spread(rates(results))),
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
          name: 'answers',
          title: 'Answers a second, by the number of connections',
          x: { label: 'connections', scale: 'log' },
          y: { label: 'answers a second', scale: 'log' },
          series: sources.map(({ name, key }) => ({
            label: name,
            points: answers.map((level) => {
              const { median: y, min, max } = spread(rates(level[key]));
              return { x: level.connections, y, min, max };
            }),
          })),
        },
        {
          caption: `Pages of ${pages.pageSize} employees over one connection:`,
          head: ['page', 'p50 ms', 'to page 1'],
          rows: [
            ['1', spreadText(spread(typical(pages.first))), '1'],
            [readable(pages.page), spreadText(spread(typical(pages.far))), spreadText(pageRatio)],
          ],
        },
      ],
    };
  },
});
