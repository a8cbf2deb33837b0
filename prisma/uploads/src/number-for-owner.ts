import type { Transaction } from './client.ts';
import { numberForOwners } from './number-for-owners.ts';

/** `numberForOwners` where all events are of one owner's uploads. */
export const numberForOwner = <T extends object>(tx: Transaction, ownerId: string, events: readonly T[]) =>
  numberForOwners(
    tx,
    events.map((event) => ({ ...event, ownerId })),
  );
