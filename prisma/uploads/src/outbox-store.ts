import type { Clock } from '@tributary/core';
import { uploadReceived } from '@tributary/events';
import { type InspectableOutbox, mostCounted, type OutboxRow, putOffUntil, storedHeaders } from '@tributary/messaging';
import type { Transaction, UploadsDb } from './client.ts';
import { inTransaction } from './in-transaction.ts';
import { recordFactsWithin } from './record-facts.ts';

/** A message of the uploads outbox. */
export interface UploadsOutboxRow extends OutboxRow {
  readonly uploadId: string;
}

interface OutboxStoreOptions {
  readonly clock: Clock;
  /** Called after the commit when sending a message wrote events, so that they can be signalled. */
  onEvents(upload: { readonly uploadId: string; readonly ownerId: string }): void;
}

/**
 * The uploads outbox for the relay; any number of relays may share it. Marking an uploadReceived message sent records
 * QUEUED in the same transaction: the broker has it. A row is released or put off only by the relay that still holds it.
 */
export function createOutboxStore(
  db: UploadsDb,
  { clock, onEvents }: OutboxStoreOptions,
): InspectableOutbox<UploadsOutboxRow> {
  async function leaveUntil({ id, claimedUntil: held }: OutboxRow, claimedUntil: Date | null) {
    const where = { id, claimedUntil: held };
    await inTransaction(db, (tx) => tx.outboxMessage.updateMany({ where, data: { claimedUntil } }));
  }

  return {
    claim: (limit, leaseMs) => inTransaction(db, (tx) => claim(tx, limit, leaseMs, clock.now())),
    async markSent(row) {
      const recorded = await inTransaction(db, (tx) => markSent(tx, row, clock.now()));
      if (recorded && recorded.events.length > 0) onEvents({ uploadId: row.uploadId, ownerId: recorded.ownerId });
    },
    async contents() {
      const [messages, oldest] = await Promise.all([
        db.client.outboxMessage.count({ take: mostCounted }),
        db.client.outboxMessage.findFirst({ orderBy: { id: 'asc' }, select: { createdAt: true } }),
      ]);
      return { messages, oldestAt: oldest?.createdAt ?? null };
    },
    release: (row) => leaveUntil(row, null),
    putOff: (row) => leaveUntil(row, putOffUntil(row.createdAt, clock.now())),
  };
}

async function claim(tx: Transaction, limit: number, leaseMs: number, now: Date): Promise<UploadsOutboxRow[]> {
  const free = await tx.$queryRaw<{ id: bigint }[]>`
    SELECT id FROM outbox WHERE claimed_until IS NULL OR claimed_until < ${now}
    ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
  if (free.length === 0) return [];
  const where = { id: { in: free.map(({ id }) => BigInt(id)) } };
  await tx.outboxMessage.updateMany({ where, data: { claimedUntil: new Date(now.getTime() + leaseMs) } });
  const rows = await tx.outboxMessage.findMany({ where, orderBy: { id: 'asc' } });
  return rows.map((row) => ({ ...row, body: JSON.parse(row.body), headers: storedHeaders(row.headers) }));
}

/** The upload is locked before its outbox row, as in every other transaction that needs both. */
async function markSent(tx: Transaction, { id, type, uploadId }: UploadsOutboxRow, now: Date) {
  const isReceived = type === uploadReceived.type;
  const recorded = isReceived ? await recordFactsWithin(tx, uploadId, [{ type: 'queued' }], now) : null;
  await tx.outboxMessage.deleteMany({ where: { id } });
  return recorded;
}
