import { uniqueName } from '@tributary/testing';
import { openClient, type TestClient } from '../../e2e/client.ts';
import { openStack, type Stack } from '../../e2e/stack.ts';
import { createTokenSource } from '../../scripts/client/client.mjs';
import type { StackOptions } from '../../scripts/stack.mjs';
import { findServerProcesses, type ServerUrls } from './machine.ts';
import { meterProcesses, type ProcessCost } from './process-cost.ts';

export interface BenchStack extends Stack {
  client: TestClient;
  /** The administrator's access token, good for some minutes from now. */
  token(): Promise<string>;
  /** Begins a span of time; the result shows what each process of the system took in it, and each server here; or those of these names. */
  meter(names?: readonly string[]): () => Record<string, ProcessCost>;
  /** Ends the processes and removes all that is this system's. */
  close(): Promise<void>;
}

/** Everything is one viewer's, and much of it at once: what is limited per viewer in production is not limited here. */
const quiet = { LOG_LEVEL: 'warn' };

/** Starts a system of its own on these servers, for the caller to close. */
export async function openBenchStack(
  servers: ServerUrls,
  { environment, ...options }: Partial<StackOptions> = {},
): Promise<BenchStack> {
  const stack = await openStack({
    instance: uniqueName('bench'),
    environment: { ...quiet, ...environment },
    ...options,
  });
  return {
    ...stack,
    client: openClient(stack.gatewayUrl),
    token: createTokenSource({ gatewayUrl: `${stack.gatewayUrl}/graphql`, ...stack.admin }),
    meter(names) {
      const own = [...stack.processes].map(([name, { pid }]) => [name, pid] as const);
      const all = { ...Object.fromEntries(own), ...findServerProcesses(servers) };
      return meterProcesses(
        names ? Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name))) : all,
      );
    },
    close: stack.remove,
  };
}
