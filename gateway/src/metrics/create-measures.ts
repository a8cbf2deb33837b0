import type { Registry } from '@tributary/metrics';
import { measureCaches } from './measure-caches.ts';
import { measureConnections } from './measure-connections.ts';
import { measureOperations } from './measure-operations.ts';
import { measureSubgraphs } from './measure-subgraphs.ts';
import { measureSubscriptions } from './measure-subscriptions.ts';

export type Measures = ReturnType<typeof createMeasures>;

/** All that a gateway measures, added to a registry; docs/metrics.md explains each. */
export function createMeasures(registry: Registry) {
  return {
    operations: measureOperations(registry),
    subgraphs: measureSubgraphs(registry),
    subscriptions: measureSubscriptions(registry),
    caches: measureCaches(registry),
    connections: measureConnections(registry),
  };
}
