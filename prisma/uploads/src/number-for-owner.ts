import type { Transaction } from './client.ts';

/**
 * Gives events their numbers among all events of their owner's uploads: 1, 2, 3 … without holes, in the order of commit.
 * It locks the owner's row until the transaction ends, and so comes last of all locks and next to last of all statements.
 */
export async function numberForOwner<T extends object>(tx: Transaction, ownerId: string, events: readonly T[]) {
  if (events.length === 0) return [];
  await tx.$executeRaw`INSERT INTO upload_owners (owner_id, last_event) VALUES (${ownerId}, ${events.length})
    ON DUPLICATE KEY UPDATE last_event = last_event + ${events.length}`;
  const { lastEvent } = await tx.uploadOwner.findUniqueOrThrow({ where: { ownerId } });
  return events.map((event, index) => ({ ...event, ownerId, ownerCursor: lastEvent - events.length + index + 1 }));
}
