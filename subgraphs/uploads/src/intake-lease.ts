import { type Clock, conflict } from '@tributary/core';
import { renewIntake, type UploadsDb } from '@tributary/uploads-db';

/** How long an intake is believed in without a sign of life. */
export const leaseMs = 20_000;
const renewEveryMs = 5_000;

/**
 * Runs `work` while renewing the intake's lease; its signal is aborted, and CONFLICT thrown, when another process
 * abandoned the intake. A database that is unavailable for a moment is not the end: the lease outlives several
 * renewals. If it ran out unnoticed, because this process was paused, that is noticed when the file is accepted.
 */
export async function holdLease<T>(
  intakeId: string,
  { db, clock }: { db: UploadsDb; clock: Clock },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const lost = new AbortController();
  const renewing = renew();
  try {
    return await work(lost.signal);
  } catch (error) {
    // However what was aborted puts it, this is why.
    throw lost.signal.aborted ? lost.signal.reason : error;
  } finally {
    done.abort();
    await renewing;
  }

  async function renew() {
    while (!done.signal.aborted) {
      await clock.sleep(renewEveryMs, done.signal).catch(() => undefined);
      if (done.signal.aborted) return;
      const until = new Date(clock.now().getTime() + leaseMs);
      const isHeld = await renewIntake(db, intakeId, until).catch(() => true);
      if (!isHeld)
        lost.abort(
          conflict('The upload stalled and was discarded. Send the file again.', { reason: 'INTAKE_ABANDONED' }),
        );
    }
  }
}
