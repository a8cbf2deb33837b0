import type { Clock } from '@tributary/core';
import { acceptsType, uploadAccepted } from '@tributary/events';
import { type InspectableOutbox, maxCounted, nextAttemptAt, type OutboxRow, parseHeaders } from '@tributary/messaging';
import type { Transaction, UploadsDb } from './client.ts';
import type { OutboxMessage } from './generated/client.ts';
import { createStatusRecorder } from './status-recorder.ts';
import { inTransaction } from './transaction.ts';

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
 * The uploads outbox for the relay; any number of relays may share it. Marking an uploadAccepted message sent records
 * QUEUED in the same transaction: the broker has it; rows marked at the same time share one. A row is released or put off only by the relay that still holds it.
 */
export function createOutboxStore(
  db: UploadsDb,
  { clock, onEvents }: OutboxStoreOptions,
): InspectableOutbox<UploadsOutboxRow> {
  const recorder = createStatusRecorder(db, clock);

  async function setClaim({ id, claimedUntil: held }: OutboxRow, claimedUntil: Date | null) {
    const where = { id, claimedUntil: held };
    await inTransaction(db, (tx) => tx.outboxMessage.updateMany({ where, data: { claimedUntil } }));
  }

  return {
    claim: (limit, leaseMs) => inTransaction(db, (tx) => claim(tx, limit, leaseMs, clock.now())),
    async markSent({ id, type, uploadId }) {
      const updates = acceptsType(uploadAccepted, type) ? [{ type: 'queued' } as const] : [];
      const recorded = await recorder.markSent({ uploadId, updates, sentId: id });
      if (recorded && recorded.events.length > 0) onEvents({ uploadId, ownerId: recorded.ownerId });
    },
    async contents() {
      const [messages, oldest] = await Promise.all([
        db.client.outboxMessage.count({ take: maxCounted }),
        db.client.outboxMessage.findFirst({ orderBy: { id: 'asc' }, select: { createdAt: true } }),
      ]);
      return { messages, oldestAt: oldest?.createdAt ?? null };
    },
    release: (row) => setClaim(row, null),
    postpone: (row) => setClaim(row, nextAttemptAt(row.createdAt, clock.now())),
  };
}

async function claim(tx: Transaction, limit: number, leaseMs: number, now: Date): Promise<UploadsOutboxRow[]> {
  const rows = await tx.$queryRaw<OutboxMessage[]>`
    SELECT id, message_id AS messageId, upload_id AS uploadId, type, routing_key AS routingKey, body, headers,
      created_at AS createdAt FROM outbox WHERE claimed_until IS NULL OR claimed_until < ${now}
    ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
  if (rows.length === 0) return [];
  const claimedUntil = new Date(now.getTime() + leaseMs);
  await tx.outboxMessage.updateMany({ where: { id: { in: rows.map(({ id }) => id) } }, data: { claimedUntil } });
  return rows.map((row) => ({ ...row, claimedUntil, body: JSON.parse(row.body), headers: parseHeaders(row.headers) }));
}
