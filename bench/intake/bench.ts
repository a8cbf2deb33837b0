import { z } from 'zod';
import { defineBench } from '../harness/benches.ts';
import { formatNumber } from '../harness/plot/svg.ts';
import { processCost } from '../harness/process-cost.ts';
import { compareRatio, formatSpread, median, ratios, spread } from '../harness/statistics.ts';
import { measureIntake } from './measure-intake.ts';
import { timing } from './send-file.ts';

const seconds = z.array(z.number());
const size = z.object({
  rows: z.number(),
  good: z.number(),
  ours: z.array(timing),
  bare: seconds,
  createMany: seconds,
  insertEach: seconds,
  costs: z.array(z.record(z.string(), processCost)),
});
const data = z.object({
  sizes: z.array(size),
  beside: z.object({ rows: z.number(), alone: z.array(timing), beside: z.array(timing) }),
});
type Size = z.output<typeof size>;

const loaded = ({ ours }: Size) => ours.map(({ loadedS }) => loadedS);
const text = (values: readonly number[]) => (values.length === 0 ? '–' : formatSpread(spread(values)));
const ratioText = (values: readonly number[], one: Size) =>
  values.length === 0 ? '–' : formatSpread(ratios(values, one.bare.slice(0, values.length)));
const serverNames = ['mariadb', 'rabbitmq', 'redis'];

export default defineBench({
  title: 'Intake',
  question: 'How long does a file take until its rows are in the database, against a LOAD DATA that checks nothing?',
  order: 5,
  data,
  run: measureIntake,
  present({ sizes, beside }) {
    const million = sizes.find(({ rows }) => rows === 1_000_000);
    const largest = sizes.at(-1);
    const ratio = million ? ratios(loaded(million), million.bare) : null;
    const wait = median(beside.beside.map(({ loadedS }) => loadedS));
    const peak = largest ? largestPeak(largest) : { name: '', mB: Number.NaN };
    const perRow = sizes.filter(({ rows }) => rows >= 1_000_000).map((one) => median(loaded(one)) / one.rows);
    const growth = (perRow.at(-1) ?? Number.NaN) / (perRow[0] ?? Number.NaN);
    return {
      aims: [
        {
          aim: 'received → LOADED of 1,000,000 rows within 1.1 × bare LOAD DATA',
          measured: ratio ? `${formatSpread(ratio)} ×` : '',
          reached: ratio ? ratio.median <= 1.1 : null,
          why: 'The server does for a row what it does for LOAD DATA, and reading and checking the file comes on top: two lanes make up for it only where both have a core.',
        },
        {
          aim: 'and then below 1.0',
          measured: ratio ? `${formatSpread(ratio)} ×` : '',
          reached: ratio && million ? compareRatio(ratio, million.ours.length) === 'less' : null,
          why: 'The rounds do not all point the same way at this size; the table below shows the others.',
        },
        {
          aim: 'each process under 256 MB',
          measured: `${formatNumber(peak.mB)} MB at most (${peak.name})`,
          reached: largest ? peak.mB < 256 : null,
        },
        {
          aim: 'time linear in rows',
          measured:
            perRow.length > 1 ? `a row of the largest file takes ${formatNumber(growth)} × one of a million` : '',
          reached: perRow.length > 1 ? growth < 1.25 : null,
          why: 'The indexes outgrow the server’s buffer pool; compare with LOAD DATA at the same size.',
        },
        {
          aim: 'a small file while large ones load is LOADED within 2 s',
          measured: `${formatNumber(wait)} s`,
          reached: wait < 2,
        },
      ],
      parts: [
        `Files of hired employees, every hundredth row bad, sent through the gateway. Seconds; \`LOAD DATA LOCAL INFILE\` and the two ways of a tutorial (csv-parse with
Prisma's \`createMany\` for a thousand rows, and with an INSERT for each) write the good rows alone into an equal table and check nothing.`,
        {
          head: [
            'rows',
            'transfer',
            'received → LOADED',
            'LOADED → COMPLETED',
            'LOAD DATA',
            'createMany',
            'INSERT each',
          ],
          rows: sizes.map((one) => [
            formatNumber(one.rows),
            text(one.ours.map(({ transferS }) => transferS)),
            text(loaded(one)),
            text(one.ours.map(({ completedS }) => completedS)),
            text(one.bare),
            text(one.createMany),
            text(one.insertEach),
          ]),
        },
        {
          head: ['rows', 'rows/s', 'of LOAD DATA’s time', 'createMany, of it', 'INSERT each, of it'],
          rows: sizes.map((one) => [
            formatNumber(one.rows),
            text(loaded(one).map((s) => one.rows / s)),
            ratioText(loaded(one), one),
            ratioText(one.createMany, one),
            ratioText(one.insertEach, one),
          ]),
        },
        ...(largest ? [costTable(million ?? largest)] : []),
        `**The next factor of two.** Most of the processor's time is the server's, and three quarters of that go into the four secondary indexes of the table, as
for LOAD DATA; the guard costs next to nothing where the ids are new ([decision 13](decisions/0013-two-lanes-and-room-for-small-files.md)). So it takes fewer indexes, or indexes
built sorted at the end, which MariaDB does for an empty table alone.`,
        {
          caption: `A file of 1,000 rows alone and while a file of ${formatNumber(beside.rows)} rows and another large one load, received → LOADED in seconds.`,
          head: ['', 'seconds'],
          rows: [
            ['alone', text(beside.alone.map(({ loadedS }) => loadedS))],
            ['beside large files', text(beside.beside.map(({ loadedS }) => loadedS))],
          ],
        },
      ],
    };
  },
});

/** Where the seconds go: what each process took of the processor for the whole way of one file. */
function costTable({ rows, costs }: Size) {
  const names = Object.keys(costs[0] ?? {});
  const of = (name: string, pick: (cost: z.output<typeof processCost>) => number) =>
    median(costs.flatMap((one) => (one[name] ? [pick(one[name])] : [])));
  const lines = names.map(
    (name) => [name, of(name, (cost) => cost.cpuSeconds), of(name, (cost) => cost.peakMB)] as const,
  );
  return {
    caption: `Where the processor's seconds go for ${formatNumber(rows)} rows, from the first byte sent to COMPLETED.`,
    head: ['process', 'processor s', 'peak MB'],
    rows: lines.filter(([, cpu]) => cpu >= 0.05).sort(([, one], [, other]) => other - one),
  };
}

function largestPeak({ costs }: Size): { name: string; mB: number } {
  const peaks = costs.flatMap((one) => Object.entries(one).map(([name, { peakMB }]) => ({ name, mB: peakMB })));
  const own = peaks.filter(({ name }) => !serverNames.includes(name));
  return own.reduce((most, one) => (one.mB > most.mB ? one : most), { name: '', mB: 0 });
}
