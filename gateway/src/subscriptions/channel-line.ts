import type { OnSignal, Signals } from './signals.ts';

/**
 * A subscriber's line to the signals of one channel at a time. It moves to another one without missing any: the old channel
 * is left only once signals of the new one arrive for certain.
 */
export function createChannelLine(signals: Pick<Signals, 'subscribe'>, onSignal: OnSignal) {
  let channel: string | null = null;
  let unsubscribe = () => {};
  let hasEnded = false;
  return {
    /** Resolves once signals of the channel arrive. */
    async moveTo(next: string): Promise<void> {
      if (next === channel || hasEnded) return;
      const left = unsubscribe;
      const leaveNext = await signals.subscribe(next, onSignal);
      left();
      channel = next;
      unsubscribe = leaveNext;
      if (hasEnded) leaveNext();
    },
    end() {
      hasEnded = true;
      unsubscribe();
    },
  };
}
