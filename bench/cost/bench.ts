import { z } from 'zod';
import { defineBench } from '../frame/define-bench.ts';
import { readable } from '../frame/plot/svg.ts';
import { processCost, sumCosts } from '../frame/process-cost.ts';
import { spreadText } from '../frame/spread-text.ts';
import { spread } from '../frame/statistics.ts';
import { measureCost } from './measure-cost.ts';

const costs = z.record(z.string(), processCost);
const data = z.object({
  idle: z.object({ seconds: z.number(), costs }),
  loaded: z.object({ rows: z.number(), costs }),
  starts: z.object({ cold: z.number().nullable(), again: z.array(z.number()) }),
});

const servers = ['mariadb', 'rabbitmq', 'redis'];
const longestSecondStart = 20;
const most = 256;

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
          aim: `every process stays under ${most} MB while ${readable(loaded.rows)} rows are loaded`,
          measured: `${readable(peak)} MB at most`,
          reached: peak < most,
          why: 'The table tells which process it is.',
        },
        {
          aim: `the second start is ready within ${longestSecondStart} s`,
          measured: again ? spreadText(again, ' s') : '–',
          reached: again ? again.median <= longestSecondStart : null,
          why: 'Nine processes load their code at the same time, on the cores there are.',
        },
      ],
      parts: [
        `At rest all processes of the system together hold ${readable(atRest.rssMB)} MB and take ${readable((atRest.cpuSeconds / idle.seconds) * 100)} % of one core, without the servers.
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
            ['cold: packages installed, nothing compiled, no database', starts.cold ? readable(starts.cold) : '–'],
            ['again', again ? spreadText(again) : '–'],
          ],
        },
      ],
    };
  },
});
