import { unavailable } from '@tributary/core';
import type { Redis } from 'ioredis';
import type { AccessTokens } from './admission/access-tokens.ts';
import type { GraphManager } from './graph/graph-manager.ts';
import type { Subgraph } from './graph/subgraph/client.ts';
import type { SignalSubscriber } from './subscriptions/signals.ts';

const probeTimeoutMs = 1_500;

type Checks = Record<string, () => Promise<unknown>>;

/**
 * What the gateway waits for before it is ready, as of now, by the name an operator reads. Each subgraph is waited for until it was
 * ready once, and none any more once all were: its absence later, or that of one that a new supergraph adds, fails its own fields
 * and must not take the rest of the graph away.
 */
export function watchedDependencies(on: {
  redis: Redis | null;
  signals: SignalSubscriber;
  /** Null where tokens are not checked. */
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

/** Only a subgraph that is away or says itself that it waits is waited for: another's may have no health route. */
async function probe({ url }: Subgraph): Promise<void> {
  const response = await fetch(new URL('/health/ready', url), { signal: AbortSignal.timeout(probeTimeoutMs) });
  const body = await response.text();
  if (response.status === 503) throw unavailable(`It is not ready: ${body.slice(0, 200)}`);
}
