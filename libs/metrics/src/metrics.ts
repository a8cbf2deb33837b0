import { readFileSync } from 'node:fs';
import { countDroppedLogLines, errorCodes, port } from '@tributary/core';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** A garbage collection takes from a tenth of a millisecond to a second; the library's own buckets start at one. */
const gcBuckets = [0.0001, 0.001, 0.01, 0.1, 1];

/** The metrics of one process: those of Node and of what is built here are in it, the rest is added by who measures. */
export function createMetrics(name: string): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, gcDurationBuckets: gcBuckets });
  const build = new Gauge({
    name: 'tributary_build_info',
    help: 'Always 1; its labels say what runs.',
    labelNames: ['process', 'version', 'node'],
    registers: [registry],
  });
  build.set({ process: name, version: readVersion(), node: process.version }, 1);
  const dropped = new Counter({
    name: 'tributary_log_lines_dropped_total',
    help: 'Lines of the log dropped because there was no room for them.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(countDroppedLogLines());
    },
  });
  dropped.inc(0);
  return registry;
}

/** Of the whole repository: its parts are released together. */
function readVersion(): string {
  try {
    const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
    return String(version);
  } catch {
    return 'unknown';
  }
}

/** For what a client waits for, in seconds: from 5 ms to half a minute. */
export const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** For work on a message, in seconds: a small file takes milliseconds, a large one as long as the ten minutes of a delivery. */
export const workBuckets = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 600];

/** What every process reads from its environment about its metrics; without a port they are not served. */
export const metricsConfig = {
  METRICS_PORT: port
    .optional()
    .describe(
      'Port of `/metrics`, on `HOST` (workers: `HEALTH_HOST`); never a public one. Unset: metrics are not served.',
    ),
};

const knownCodes = new Set<unknown>([
  ...errorCodes,
  'BAD_REQUEST',
  'COST_ESTIMATED_TOO_EXPENSIVE',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_NOT_PUBLISHED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_HASH_MISMATCH',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** An error's code as a label: itself where it is one of ours, else OTHER, since a subgraph may answer with anything. */
export function codeLabel(code: unknown): string {
  return knownCodes.has(code) ? String(code) : 'OTHER';
}
