import { writeReport } from './report.ts';

/** Writes docs/reliability.md from all saved records. */
process.stdout.write(`Wrote ${writeReport()}.\n`);
