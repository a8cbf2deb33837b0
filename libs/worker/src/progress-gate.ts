import type { Clock } from '@tributary/core';

const MIN_INTERVAL_MS = 250;
/** Under 200, so that what a restart repeats still keeps to 200. */
const STEPS = 180;

/**
 * Decides when progress is worth a message: at most 4 a second, 180 for a whole load, and none for the last chunk, which
 * the end's own message reports.
 */
export function createProgressGate(startPercent: number, clock: Pick<Clock, 'now'>): (percent: number) => boolean {
  let lastStep = toStep(startPercent);
  let lastAt = Number.NEGATIVE_INFINITY;
  return (percent) => {
    const now = clock.now().getTime();
    if (percent >= 100 || toStep(percent) <= lastStep || now - lastAt < MIN_INTERVAL_MS) return false;
    lastStep = toStep(percent);
    lastAt = now;
    return true;
  };
}

function toStep(percent: number): number {
  return Math.floor((percent * STEPS) / 100);
}
