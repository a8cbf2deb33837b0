import { z } from 'zod';
import { defineBench } from '../harness/benches.ts';
import { formatNumber } from '../harness/plot/svg.ts';
import { formatSpread, median, spread } from '../harness/statistics.ts';
import { measureRefresh } from './measure-refresh.ts';

const data = z.object({
  rows: z.number(),
  groups: z.number(),
  rowsEach: z.number(),
  countS: z.array(z.number()),
  recountS: z.number(),
  loads: z.array(z.object({ refreshS: z.number(), completedS: z.number() })),
});

export default defineBench({
  title: 'Refreshing results',
  question: 'What does it cost to bring the results up to date after a small load, beside many employees?',
  order: 7,
  data,
  run: measureRefresh,
  present({ rows, groups, rowsEach, countS, recountS, loads }) {
    const refreshS = loads.map((load) => load.refreshS);
    const ratio = median(countS) / median(refreshS);
    const inMs = (seconds: readonly number[]) => formatSpread(spread(seconds.map((s) => s * 1000)), ' ms');
    return {
      aims: [
        {
          aim: 'a refresh after a small load costs less than 50 ms, however many employees there are',
          measured: inMs(refreshS),
          reached: rows < 1_000_000 ? null : median(refreshS) < 0.05,
        },
      ],
      parts: [
        `${formatNumber(loads.length)} loads of ${rowsEach} hires, one after the other, beside ${formatNumber(rows)} employees in ${formatNumber(groups)} groups of year, department and job.
Before [decision 26](decisions/0026-results-follow-changes.md) each refresh counted all employees; that count is measured here on the same table. "After" is what the query-refresher
itself measured while the loads ran, and from LOADED to COMPLETED in the event log; this contains the messages, and up to 200 ms in which refreshes are held together.`,
        {
          head: ['', 'each refresh', `${formatNumber(loads.length)} refreshes`, 'LOADED → COMPLETED'],
          rows: [
            ['before: count all employees', inMs(countS), `${formatNumber(median(countS) * loads.length)} s`, ''],
            [
              'after: the years that changed',
              inMs(refreshS),
              `${formatNumber(refreshS.reduce((sum, one) => sum + one, 0))} s`,
              inMs(loads.map(({ completedS }) => completedS)),
            ],
          ],
        },
        `The median is ${formatNumber(ratio)} times less. To count all employees again where the counts are stale, other loads waiting, took ${formatNumber(recountS)} s.`,
      ],
    };
  },
});
