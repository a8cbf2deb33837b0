import type { Registry } from 'prom-client';
import { gaugeOf } from './gauge-of.ts';

/** Adds whether this process has all it needs, as its readiness answers. Once per process. */
export function measureReadiness(registry: Registry, waitingFor: () => readonly string[]): void {
  gaugeOf(registry, { name: 'tributary_ready', help: '1 while the process is ready, 0 while it waits.' }, () => [
    { value: waitingFor().length === 0 ? 1 : 0 },
  ]);
}
