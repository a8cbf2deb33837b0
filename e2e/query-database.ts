import { openConnection } from '@tributary/database';
import type { Stack } from './open-stack.ts';

/** Rows of a statement on one of the stack's databases, asked behind the back of its owner. */
export async function queryDatabase(
  stack: Stack,
  database: 'UPLOADS' | 'EMPLOYMENT',
  sql: string,
): Promise<Record<string, unknown>[]> {
  const url = stack.environment[`${database}_DATABASE_URL`] ?? '';
  const connection = await openConnection(url, { connectTimeout: 15_000 });
  try {
    return await connection.query(sql);
  } finally {
    await connection.end();
  }
}

/** The first row's columns as numbers, by name: counts and sums come as bigints and decimals. */
export async function queryNumbers(...query: Parameters<typeof queryDatabase>): Promise<Record<string, number>> {
  const [row = {}] = await queryDatabase(...query);
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)]));
}
