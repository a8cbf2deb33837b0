import { z } from 'zod';
import { defineBench } from '../harness/benches.ts';
import { formatNumber } from '../harness/plot/svg.ts';
import { measureManyFiles } from './measure-many-files.ts';

const run = z.object({ files: z.number(), rows: z.number(), seconds: z.number(), coresUsed: z.number() });
const data = z.object({
  rowsEach: z.number(),
  cores: z.number(),
  levels: z.array(z.object({ loaders: z.number(), runs: z.array(run) })),
});

export default defineBench({
  title: 'Many files at once',
  question: 'How does the throughput of the intake grow with files and loader processes, and where does it stop?',
  order: 6,
  data,
  run: measureManyFiles,
  present({ rowsEach, cores, levels }) {
    return {
      aims: [],
      parts: [
        {
          caption: `Files of ${formatNumber(rowsEach)} rows sent at once: rows a second from the first byte sent until the last row is committed, and how many cores the system, with its
servers, had at work meanwhile, of ${cores}.`,
          head: [
            'loader processes',
            ...(levels[0]?.runs.map(({ files }) => `${files} ${files === 1 ? 'file' : 'files'}`) ?? []),
          ],
          rows: levels.map(({ loaders, runs }) => [
            String(loaders),
            ...runs.map(
              ({ rows, seconds, coresUsed }) => `${formatNumber(rows / seconds)} (${formatNumber(coresUsed)} cores)`,
            ),
          ]),
        },
        `One file has two lanes into the database and a process that reads ahead of them, so a single one keeps two cores at work: it stops where they are used up, and more files and more
loaders only share them. A loader works on two large files at a time; further ones come back from the queue every eight seconds at most, to whichever loader has room.`,
      ],
    };
  },
});
