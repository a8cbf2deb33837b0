import type { Clock, Log } from '@tributary/core';
import type { FileStore } from '@tributary/file-store';
import type { UploadsDb } from '@tributary/uploads-db';
import { sweepFiles } from './sweep-files.ts';
import { sweepIntakes } from './sweep-intakes.ts';

const intakesEveryMs = 30_000;
const filesEveryMs = 60 * 60_000;

export interface SweeperDeps {
  readonly db: UploadsDb;
  readonly files: FileStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** Removes what processes that died have left: stale intakes twice a minute, files nobody knows every hour. Any number may run. */
export function startSweeper(deps: SweeperDeps): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = Promise.all([
    every(intakesEveryMs, () => sweepIntakes(deps)),
    every(filesEveryMs, () => sweepFiles(deps)),
  ]);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };

  async function every(ms: number, sweep: () => Promise<void>) {
    while (!stopping.signal.aborted) {
      await sweep().catch((error: unknown) => deps.log.warn({ err: error }, 'not swept, tried again later'));
      await deps.clock.sleep(ms, stopping.signal).catch(() => undefined);
    }
  }
}
