import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openPrismaEmploymentDb, type PrismaEmploymentDb } from '../../prisma/employment/fixtures/prisma-db.ts';
import type { BenchStack } from '../harness/bench-stack.ts';
import type { Context } from '../harness/context.ts';
import { DEPARTMENTS, JOBS } from './hires-file.ts';
import { sendFile } from './send-file.ts';

export interface BenchFixture {
  stack: BenchStack;
  db: PrismaEmploymentDb;
  url: string;
  close(): Promise<void>;
}

/** A system of its own with departments and jobs in it; where no figure counts, the one of all. */
export async function openBenchFixture(context: Context, folder: string, loaders = 1): Promise<BenchFixture> {
  const isShared = context.size === 'tiny';
  const stack = isShared
    ? await context.sharedStack()
    : await context.openStack({ replicas: { 'csv-loader': loaders } });
  const url = stack.environment.EMPLOYMENT_DATABASE_URL ?? '';
  const db = openPrismaEmploymentDb(url);
  context.onEnd(() => db.close());
  for (const [kind, count] of [['DEPARTMENTS', DEPARTMENTS] as const, ['JOBS', JOBS] as const]) {
    const file = path.join(folder, `${kind}.csv`);
    await writeFile(file, Array.from({ length: count }, (_, index) => `${index + 1},${kind} ${index}\n`).join(''));
    await sendFile(stack, { file, kind });
  }
  return { stack, db, url, close: async () => (isShared ? undefined : stack.close()) };
}
