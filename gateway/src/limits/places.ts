import { TryLater } from './try-later.ts';

export interface Places {
  /** Takes a place for a client, until the result is called, once or more. Throws where there is none left. */
  take(client: string): () => void;
}

/** Counts what is open in this process, in all (`MAX_<what>`: UNAVAILABLE) and per client (`MAX_<what>_PER_VIEWER`: RATE_LIMITED). */
export function createPlaces(options: {
  what: 'CONNECTIONS' | 'SUBSCRIPTIONS';
  most: number;
  mostPerClient: number;
}): Places {
  const taken = new Map<string, number>();
  const name = options.what.toLowerCase();
  let all = 0;
  return {
    take(client) {
      const own = taken.get(client) ?? 0;
      if (own >= options.mostPerClient) {
        const limit = { limit: `MAX_${options.what}_PER_VIEWER`, retryAfterSeconds: 10 } as const;
        throw new TryLater('RATE_LIMITED', `You have ${own} ${name} open; close one first`, limit);
      }
      if (all >= options.most) {
        const limit = { limit: `MAX_${options.what}`, retryAfterSeconds: 10 } as const;
        throw new TryLater('UNAVAILABLE', `No more ${name} are taken at the moment`, limit);
      }
      all += 1;
      taken.set(client, own + 1);
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        all -= 1;
        const left = (taken.get(client) ?? 1) - 1;
        if (left > 0) taken.set(client, left);
        else taken.delete(client);
      };
    },
  };
}
