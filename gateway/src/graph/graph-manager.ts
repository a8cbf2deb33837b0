import type { Log } from '@tributary/core';
import type { OpenGraph } from './open-graph.ts';

type Closable = Pick<OpenGraph, 'close'>;

/** A graph that stays open at least until the lease is released. */
export interface GraphLease<Graph> {
  graph: Graph;
  /** May be called more than once. */
  release(): void;
}

export interface GraphManager<Graph = OpenGraph> {
  /** The graph for new operations; it may be closed at any time. */
  current(): Graph;
  /** The graph for new operations, kept open until the lease is released. */
  acquire(): GraphLease<Graph>;
  /** New operations run on the next graph; the previous one is closed once all its leases are released. */
  replace(next: Graph): void;
  /** Closes every open graph. */
  close(): Promise<void>;
}

/** The graph for new operations. Operations already running on a replaced graph finish on it. */
export function createGraphManager<Graph extends Closable>(first: Graph, log: Log): GraphManager<Graph> {
  const leaseCount = new Map<Graph, number>([[first, 0]]);
  let current = first;

  async function closeIfDone(graph: Graph) {
    if (graph === current || leaseCount.get(graph) !== 0) return;
    leaseCount.delete(graph);
    await graph.close().catch((err: unknown) => log.error({ err }, 'replaced graph not closed'));
  }

  return {
    current: () => current,
    acquire() {
      const graph = current;
      leaseCount.set(graph, (leaseCount.get(graph) ?? 0) + 1);
      let isIn = true;
      return {
        graph,
        release() {
          const count = leaseCount.get(graph);
          if (isIn && count !== undefined) leaseCount.set(graph, count - 1);
          isIn = false;
          void closeIfDone(graph);
        },
      };
    },
    replace(next) {
      const former = current;
      current = next;
      leaseCount.set(next, 0);
      void closeIfDone(former);
    },
    async close() {
      const open = [...leaseCount.keys()];
      leaseCount.clear();
      await Promise.all(open.map((graph) => graph.close()));
    },
  };
}
