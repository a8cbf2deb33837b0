import { z } from 'zod';
import { defineBench } from '../harness/benches.ts';
import { formatNumber } from '../harness/plot/svg.ts';
import { processCost, sumCosts } from '../harness/process-cost.ts';
import { formatSpread, spread } from '../harness/statistics.ts';
import { measureCost } from './measure-cost.ts';

const costs = z.record(z.string(), processCost);
const data = z.object({
  idle: z.object({ seconds: z.number(), costs }),
  loaded: z.object({ rows: z.number(), costs }),
  starts: z.object({ cold: z.number().nullable(), again: z.array(z.number()) }),
});

const servers = ['mariadb', 'rabbitmq', 'redis'];
const maxSecondStartS = 20;
const maxMB = 256;

export default defineBench({
  title: 'Cost',
  question:
    'What does the whole system take of a machine, at rest and for its work, and how long does it take to start?',
  order: 70,
  data,
  run: measureCost,
  present({ idle, loaded, starts }) {
    const again = starts.again.length > 0 ? spread(starts.again) : null;
    const own = Object.entries(loaded.costs).filter(([name]) => !servers.includes(name));
    const peak = Math.max(...own.map(([, { peakMB }]) => peakMB));
    const atRest = sumCosts(
      Object.entries(idle.costs).flatMap(([name, cost]) => (servers.includes(name) ? [] : [cost])),
    );
    const millions = loaded.rows / 1_000_000;
    return {
      aims: [
        {
          aim: `every process stays under ${maxMB} MB while ${formatNumber(loaded.rows)} rows are loaded`,
          measured: `${formatNumber(peak)} MB at most`,
          reached: peak < maxMB,
          why: 'The table shows which process it is.',
        },
        {
          aim: `the second start is ready within ${maxSecondStartS} s`,
          measured: again ? formatSpread(again, ' s') : '–',
          reached: again ? again.median <= maxSecondStartS : null,
          why: 'Nine processes load their code at the same time, on the cores there are.',
        },
      ],
      parts: [
        `At rest all processes of the system together hold ${formatNumber(atRest.rssMB)} MB and take ${formatNumber((atRest.cpuSeconds / idle.seconds) * 100)} % of one core, without the servers.
The servers may serve others too.`,
        {
          head: [
            'process',
            'at rest, MB',
            'at rest, % of a core',
            'CPU s per million rows',
            'at most while loading, MB',
          ],
          rows: Object.entries(idle.costs).map(([name, { rssMB, cpuSeconds }]) => [
            name,
            rssMB,
            (cpuSeconds / idle.seconds) * 100,
            (loaded.costs[name]?.cpuSeconds ?? Number.NaN) / millions,
            loaded.costs[name]?.peakMB ?? Number.NaN,
          ]),
        },
        {
          caption: '`npm start -- --no-sample` until its last line:',
          head: ['start', 's'],
          rows: [
            ['cold: packages installed, nothing compiled, no database', starts.cold ? formatNumber(starts.cold) : '–'],
            ['again', again ? formatSpread(again) : '–'],
          ],
        },
      ],
    };
  },
});
