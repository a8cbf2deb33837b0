import { unavailable } from '@tributary/core';
import type { Redis } from 'ioredis';
import type { AccessTokens } from './auth/access-tokens.ts';
import type { Subgraph } from './subgraph/subgraph.ts';
import type { Signals } from './subscriptions/signals.ts';

const probeTimeoutMs = 1_500;

/**
 * What the gateway waits for before it is ready, by the name an operator reads. A subgraph is waited for until it was ready
 * once: its absence later fails its own fields, and must not take the rest of the graph away.
 */
export function watchedDependencies(on: {
  redis: Redis | null;
  signals: Signals;
  /** Null where tokens are not checked. */
  tokens: AccessTokens | null;
  subgraphs: Iterable<Subgraph>;
}): Record<string, () => Promise<unknown>> {
  const { redis, signals, tokens } = on;
  const checks: [string, () => Promise<unknown>][] = [...on.subgraphs].map((subgraph) => [
    `the ${subgraph.name} subgraph`,
    once(() => probe(subgraph)),
  ]);
  if (tokens) {
    checks.unshift([
      'the keys of access tokens',
      async () => {
        if (!(await tokens.haveKeys())) throw unavailable('They cannot be had from JWKS_URL.');
      },
    ]);
  }
  if (redis) {
    checks.unshift([
      'Redis',
      async () => {
        if (!signals.ready()) throw unavailable('It is not connected for signals.');
        await redis.ping();
      },
    ]);
  }
  return Object.fromEntries(checks);
}

function once(check: () => Promise<unknown>): () => Promise<unknown> {
  let isPassed = false;
  return async () => {
    if (!isPassed) await check();
    isPassed = true;
  };
}

/** Only a subgraph that is away or says itself that it waits is waited for: another's may have no health route. */
async function probe({ url }: Subgraph): Promise<void> {
  const response = await fetch(new URL('/health/ready', url), { signal: AbortSignal.timeout(probeTimeoutMs) });
  const body = await response.text();
  if (response.status === 503) throw unavailable(`It is not ready: ${body.slice(0, 200)}`);
}
