import { type Log, readConfig } from '@tributary/core';
import { isSwitchedOn, tracingConfig } from './config.ts';

export interface Tracing {
  /** Sends what is left, for two seconds at most; to be called when nothing makes spans any more. */
  stop(): Promise<void>;
}

/**
 * Switches tracing on for this process if the environment names a collector; else nothing is loaded and no span is made.
 * `trustsParents` is false where parents come from anybody: see `createSampler`. Throws BAD_CONFIG.
 */
export async function startTracing(
  name: string,
  { log, trustsParents = true }: { log: Log; trustsParents?: boolean },
): Promise<Tracing> {
  const config = readConfig(tracingConfig);
  if (!isSwitchedOn(config)) return { stop: async () => undefined };
  const { openProvider } = await import('./provider.ts');
  return openProvider(name, { config, log, trustsParents });
}
