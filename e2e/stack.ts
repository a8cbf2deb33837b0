import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConnection } from '@tributary/database';
import { testServers, uniqueName } from '@tributary/testing';
import { type StackOptions, startStack } from '../scripts/stack.mjs';

/** A stack with its own databases, vhost, keys and files; `remove` ends every process and deletes them. */
export async function openStack(options: Partial<StackOptions> = {}) {
  const { RABBITMQ_MANAGEMENT_URL: management, ...servers } = testServers();
  return startStack({
    instance: uniqueName('e2e'),
    servers: { ...servers, ...(management ? { RABBITMQ_MANAGEMENT_URL: management } : {}) },
    dataDir: await mkdtemp(join(tmpdir(), 'tributary-e2e-')),
    ports: 'free',
    ...options,
  });
}

export type Stack = Awaited<ReturnType<typeof openStack>>;

/** Rows of a statement on one of the stack's databases, over a direct connection. */
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

/** The first row's columns as numbers by name; the driver returns bigints and decimals. */
export async function queryNumbers(...query: Parameters<typeof queryDatabase>): Promise<Record<string, number>> {
  const [row = {}] = await queryDatabase(...query);
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)]));
}
