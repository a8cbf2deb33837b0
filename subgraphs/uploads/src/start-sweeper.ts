import { sweepDeletedFiles } from './sweep-deleted-files.ts';
import { sweepFiles } from './sweep-files.ts';
import { sweepIntakes } from './sweep-intakes.ts';
import type { SweeperDeps } from './sweeper-deps.ts';

const deletedEveryMs = 10_000;
const intakesEveryMs = 10_000;
const filesEveryMs = 60 * 60_000;

/** Removes what processes that died have left: stale intakes and files of deleted uploads every ten seconds, files nobody knows every hour. Any number may run. */
export function startSweeper(deps: SweeperDeps): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = Promise.all([
    every(deletedEveryMs, () => sweepDeletedFiles(deps)),
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
