import type { Log } from '@tributary/core';
import type { OpenGraph } from './open-graph.ts';

type Closable = Pick<OpenGraph, 'close'>;

/** A graph that stays open at least until it is left. */
export interface GraphLease<Graph> {
  graph: Graph;
  /** May be called more than once. */
  release(): void;
}

export interface GraphManager<Graph = OpenGraph> {
  /** The graph that new operations run on; it may be closed at any time. */
  current(): Graph;
  /** The same, kept open until it is left. */
  acquire(): GraphLease<Graph>;
  /** From now on operations run on the next graph; the former one is closed once all have left it. */
  replace(next: Graph): void;
  /** Closes every graph that is open still. */
  close(): Promise<void>;
}

/** The one graph that new operations run on. Those that run on a graph that was replaced end there. */
export function createGraphManager<Graph extends Closable>(first: Graph, log: Log): GraphManager<Graph> {
  const guests = new Map<Graph, number>([[first, 0]]);
  let current = first;

  async function closeIfDone(graph: Graph) {
    if (graph === current || guests.get(graph) !== 0) return;
    guests.delete(graph);
    await graph.close().catch((err: unknown) => log.error({ err }, 'closing a replaced graph failed'));
  }

  return {
    current: () => current,
    acquire() {
      const graph = current;
      guests.set(graph, (guests.get(graph) ?? 0) + 1);
      let isIn = true;
      return {
        graph,
        release() {
          const count = guests.get(graph);
          if (isIn && count !== undefined) guests.set(graph, count - 1);
          isIn = false;
          void closeIfDone(graph);
        },
      };
    },
    replace(next) {
      const former = current;
      current = next;
      guests.set(next, 0);
      void closeIfDone(former);
    },
    async close() {
      const open = [...guests.keys()];
      guests.clear();
      await Promise.all(open.map((graph) => graph.close()));
    },
  };
}
