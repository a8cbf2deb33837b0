import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testServers, uniqueName } from '@tributary/testing';
import { type StackOptions, startStack } from '../scripts/stack.mjs';

/** A stack with databases, vhost, keys and files of its own: `remove` deletes them and ends every process. */
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
