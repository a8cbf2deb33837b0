import { unavailable } from '@tributary/core';
import type { Redis } from 'ioredis';
import type { AccessTokens } from './admission/access-tokens.ts';
import type { GraphManager } from './graph/graph-manager.ts';
import type { Subgraph } from './graph/subgraph/client.ts';
import type { SignalSubscriber } from './subscriptions/signals.ts';

const probeTimeoutMs = 1_500;

type Checks = Record<string, () => Promise<unknown>>;

/**
 * The dependencies that the gateway currently waits for before it is ready, by the name an operator reads. Each
 * subgraph is waited for until it was ready once, and none any more once all were: a later failure, or a subgraph added
 * by a new supergraph, fails only its own fields and must not make the rest of the graph unavailable.
 */
export function watchedDependencies(on: {
  redis: Redis | null;
  signals: SignalSubscriber;
  /** Null if tokens are not checked. */
  tokens: AccessTokens | null;
  graphs: Pick<GraphManager, 'current'>;
}): () => Checks {
  const { redis, signals, tokens } = on;
  const always: Checks = {};
  if (redis) {
    always.Redis = async () => {
      if (!signals.ready()) throw unavailable('It is not connected for signals.');
      await redis.ping();
    };
  }
  if (tokens) {
    always['the keys of access tokens'] = async () => {
      if (!(await tokens.haveKeys())) throw unavailable('They cannot be had from JWKS_URL.');
    };
  }
  const seen = new Set<string>();
  let haveAllBeenSeen = false;

  return () => {
    const subgraphs = [...on.graphs.current().subgraphs.values()];
    haveAllBeenSeen ||= subgraphs.every(({ name }) => seen.has(name));
    if (haveAllBeenSeen) return always;
    const ofSubgraphs = subgraphs.map((subgraph) => [
      `the ${subgraph.name} subgraph`,
      async () => {
        if (!seen.has(subgraph.name)) await probe(subgraph);
        seen.add(subgraph.name);
      },
    ]);
    return { ...always, ...Object.fromEntries(ofSubgraphs) };
  };
}

/** Only a subgraph that is unavailable or reports itself as waiting is waited for: others may have no health route. */
async function probe({ url }: Subgraph): Promise<void> {
  const response = await fetch(new URL('/health/ready', url), { signal: AbortSignal.timeout(probeTimeoutMs) });
  const body = await response.text();
  if (response.status === 503) throw unavailable(`It is not ready: ${body.slice(0, 200)}`);
}
