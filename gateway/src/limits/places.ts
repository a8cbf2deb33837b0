import type { LimitName } from '../metrics/limit-of.ts';
import { TryLater } from './try-later.ts';

export interface Places {
  /** Takes a place for a client, until the result is called, once or more. Throws where there is none left. */
  take(client: string): () => void;
  count(): number;
}

/** Counts what is open in this process: in all (UNAVAILABLE over `all.max`) and per client (RATE_LIMITED over `perClient.max`). */
export function createPlaces(options: {
  /** What a place is for, in the plural. */
  name: string;
  all: { limit: LimitName; max: number };
  perClient: { limit: LimitName; max: number };
  retryAfterSeconds: number;
}): Places {
  const { name, all, perClient, retryAfterSeconds } = options;
  const taken = new Map<string, number>();
  let count = 0;
  return {
    count: () => count,
    take(client) {
      const own = taken.get(client) ?? 0;
      if (own >= perClient.max) {
        const limit = { limit: perClient.limit, retryAfterSeconds };
        throw new TryLater('RATE_LIMITED', `You have ${own} ${name} open; close one first`, limit);
      }
      if (count >= all.max) {
        const limit = { limit: all.limit, retryAfterSeconds };
        throw new TryLater('UNAVAILABLE', `No more ${name} are accepted right now`, limit);
      }
      count += 1;
      taken.set(client, own + 1);
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        count -= 1;
        const left = (taken.get(client) ?? 1) - 1;
        if (left > 0) taken.set(client, left);
        else taken.delete(client);
      };
    },
  };
}
