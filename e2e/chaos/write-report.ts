import { writeReport } from './report.ts';

/** Writes docs/reliability.md from all that was kept. */
process.stdout.write(`Wrote ${writeReport()}.\n`);
