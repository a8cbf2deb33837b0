import { expect, test } from '@jest/globals';
import { createLog } from '@tributary/core';
import { createGraphManager } from './graph-manager.ts';

const log = createLog('gateway', 'silent');

/** Stands in for a graph, which is only passed on here; it tells whether it was closed. */
function aGraph() {
  const graph = { closed: 0, close: async () => void graph.closed++ };
  return graph;
}

test('a graph that was replaced is closed once the last operation has left it, not before', () => {
  const [first, second] = [aGraph(), aGraph()];
  const graphs = createGraphManager(first, log);
  const [one, other] = [graphs.acquire(), graphs.acquire()];
  graphs.replace(second);
  expect(graphs.acquire().graph).toBe(second);
  one.release();
  one.release();
  expect(first.closed).toBe(0);
  other.release();
  expect([first.closed, second.closed]).toEqual([1, 0]);
});

test('one that nothing runs on is closed at once, and all are in the end', async () => {
  const [first, second, third] = [aGraph(), aGraph(), aGraph()];
  const graphs = createGraphManager(first, log);
  graphs.replace(second);
  expect(first.closed).toBe(1);
  const { release } = graphs.acquire();
  graphs.replace(third);
  await graphs.close();
  release();
  expect([first.closed, second.closed, third.closed]).toEqual([1, 1, 1]);
});
