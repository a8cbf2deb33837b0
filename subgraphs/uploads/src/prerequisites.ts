import type { Clock } from '@tributary/core';
import { hasOpenIntakes, prerequisiteKinds, type UploadsDb } from '@tributary/uploads-db';

/** Intakes opened this much later still count as sent at the same moment. */
const simultaneousMs = 250;
/** Then a file that streams on is not waited for: its sender has sent the other one without it. */
const maxWaitMs = 10_000;
/** The first pause between two looks. Each is longer than the one before: a crowd that waits must not slow down what it waits for. */
const minPauseMs = 25;
const maxPauseMs = 400;

/**
 * Files sent at the same moment would be accepted in the order they happen to be stored. Hired employees accepted before the
 * departments and jobs they name would lose their rows, so they let the same owner's files of those kinds pass first.
 * Kinds that refer to no other go on at once.
 */
export async function waitForPrerequisites(
  { ownerId, kind, openedAt }: { ownerId: string; kind: string; openedAt: Date },
  { db, clock, signal }: { db: UploadsDb; clock: Clock; signal: AbortSignal },
): Promise<void> {
  const kinds = prerequisiteKinds(kind);
  if (kinds.length === 0) return;
  const openedUntil = new Date(openedAt.getTime() + simultaneousMs);
  const elapsedMs = () => clock.now().getTime() - openedAt.getTime();
  if (elapsedMs() < simultaneousMs) await clock.sleep(simultaneousMs - elapsedMs(), signal);
  const deadline = clock.now().getTime() + maxWaitMs;
  for (let pauseMs = minPauseMs; clock.now().getTime() < deadline; pauseMs = Math.min(1.5 * pauseMs, maxPauseMs)) {
    if (!(await hasOpenIntakes(db, { ownerId, kinds, openedUntil, now: clock.now() }))) return;
    await clock.sleep(pauseMs, signal);
  }
}
