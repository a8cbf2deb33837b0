import { statSync } from 'node:fs';

/** @typedef {{ path: string }} Test */

/**
 * Runs the test files that take longest first, so that no worker is left alone with one at the end: whole stacks, static checks,
 * real servers, the rest; in each group by size, as Jest does.
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

  /** Jest asks for it with --onlyFailures; failures are not recorded. @param {Test[]} tests */
  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}
}

const ranks = [/\.e2e\.test\./, /checks\.test\./, /\.int\.test\./, /./];

/** @param {string} path */
const rankByPath = (path) => ranks.findIndex((pattern) => pattern.test(path));
