import { readFileSync } from 'node:fs';
import { countDroppedLogLines } from '@tributary/core';
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
