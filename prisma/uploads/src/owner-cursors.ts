import type { Transaction } from './client.ts';
import { Prisma } from './generated/client.ts';

/**
 * Gives each event its number among all events of its owner's uploads: 1, 2, 3 … without gaps, in the order of commit,
 * and within one call in the order given. It locks the owners' rows, in the order of their ids, until the transaction
 * ends, and so comes last of all locks and next to last of all statements. Two statements, however many owners.
 */
export async function assignOwnerCursors<T extends { readonly ownerId: string }>(
  tx: Transaction,
  events: readonly T[],
) {
  if (events.length === 0) return [];
  const counts = new Map<string, number>();
  for (const { ownerId } of events) counts.set(ownerId, (counts.get(ownerId) ?? 0) + 1);
  const owners = [...counts.keys()].sort();
  const added = owners.map((ownerId) => Prisma.sql`(${ownerId}, ${counts.get(ownerId) ?? 0})`);
  await tx.$executeRaw`INSERT INTO upload_owners (owner_id, last_event) VALUES ${Prisma.join(added)}
    ON DUPLICATE KEY UPDATE last_event = last_event + VALUES(last_event)`;
  const rows = await tx.uploadOwner.findMany({ where: { ownerId: { in: owners } } });
  const next = new Map(rows.map(({ ownerId, lastEvent }) => [ownerId, lastEvent - (counts.get(ownerId) ?? 0) + 1]));
  return events.map((event) => {
    const ownerCursor = next.get(event.ownerId);
    if (ownerCursor === undefined) throw new Error(`The events of owner ${event.ownerId} have no counter.`);
    next.set(event.ownerId, ownerCursor + 1);
    return { ...event, ownerCursor };
  });
}
