import type { Registry } from '@tributary/metrics';
import { measureCaches } from './caches.ts';
import { measureConnections } from './connections.ts';
import { measureOperations } from './operations.ts';
import { measureSubgraphs } from './subgraphs.ts';
import { measureSubscriptions } from './subscriptions.ts';

export type GatewayMetrics = ReturnType<typeof createGatewayMetrics>;

/** All metrics of a gateway, added to a registry; docs/metrics.md explains each. */
export function createGatewayMetrics(registry: Registry) {
  return {
    operations: measureOperations(registry),
    subgraphs: measureSubgraphs(registry),
    subscriptions: measureSubscriptions(registry),
    caches: measureCaches(registry),
    connections: measureConnections(registry),
  };
}
