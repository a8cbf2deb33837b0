import { statSync } from 'node:fs';

/** @typedef {{ path: string }} Test */

/**
 * Runs slow test files first, so that no long file runs alone at the end: whole stacks, static checks, real servers,
 * others; within each group by size, as Jest does.
 */
export default class LongFirst {
  /** @param {Test[]} tests */
  sort(tests) {
    const ranked = tests.map((test) => ({ test, rank: rankByPath(test.path), bytes: statSync(test.path).size }));
    return ranked.sort((a, b) => a.rank - b.rank || b.bytes - a.bytes).map(({ test }) => test);
  }

  /** @param {Test[]} tests @param {{ shardIndex: number, shardCount: number }} shard */
  shard(tests, { shardIndex, shardCount }) {
    const sorted = [...tests].sort((a, b) => a.path.localeCompare(b.path));
    return sorted.filter((_test, index) => index % shardCount === shardIndex - 1);
  }

  /** Jest calls this for --onlyFailures; failures are not recorded. @param {Test[]} tests */
  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}
}

const ranks = [/\.e2e\.test\./, /(checks|new)\.test\./, /\.int\.test\./, /./];

/** @param {string} path */
const rankByPath = (path) => ranks.findIndex((pattern) => pattern.test(path));
