import type { Clock } from '@tributary/core';
import {
  type InspectableOutbox,
  maxCounted,
  nextAttemptAt,
  type OutboxRow,
  type OutgoingMessage,
  parseHeaders,
  serializeHeaders,
} from '@tributary/messaging';
import type { Transaction, UsersDb } from './client.ts';

/** Adds a message to the outbox. It is sent if and only if the transaction is committed. */
export async function addToOutbox(tx: Transaction, message: OutgoingMessage, createdAt: Date): Promise<void> {
  const { messageId, type, routingKey, body } = message;
  const headers = serializeHeaders(message.headers);
  const data = { messageId, type, routingKey, body: JSON.stringify(body), headers, createdAt };
  await tx.outboxMessage.create({ data });
}

/** The users outbox. Any number of relays may share it; only the relay with the lease releases or postpones a row. */
export function createOutboxStore(db: UsersDb, { clock }: { clock: Clock }): InspectableOutbox<OutboxRow> {
  async function setClaim({ id, claimedUntil: held }: OutboxRow, claimedUntil: Date | null) {
    const where = { id, claimedUntil: held };
    await db.query((client) => client.outboxMessage.updateMany({ where, data: { claimedUntil } }));
  }

  return {
    claim: (limit, leaseMs) => db.transaction((tx) => claim(tx, limit, leaseMs, clock.now())),
    async markSent({ id }) {
      await db.query((client) => client.outboxMessage.deleteMany({ where: { id } }));
    },
    async contents() {
      const [messages, oldest] = await Promise.all([
        db.query((client) => client.outboxMessage.count({ take: maxCounted })),
        db.query((client) => client.outboxMessage.findFirst({ orderBy: { id: 'asc' }, select: { createdAt: true } })),
      ]);
      return { messages, oldestAt: oldest?.createdAt ?? null };
    },
    release: (row) => setClaim(row, null),
    postpone: (row) => setClaim(row, nextAttemptAt(row.createdAt, clock.now())),
  };
}

async function claim(tx: Transaction, limit: number, leaseMs: number, now: Date): Promise<OutboxRow[]> {
  const free = await tx.$queryRaw<{ id: bigint }[]>`
    SELECT id FROM outbox WHERE claimed_until IS NULL OR claimed_until < ${now}
    ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
  if (free.length === 0) return [];
  const where = { id: { in: free.map(({ id }) => BigInt(id)) } };
  await tx.outboxMessage.updateMany({ where, data: { claimedUntil: new Date(now.getTime() + leaseMs) } });
  const rows = await tx.outboxMessage.findMany({ where, orderBy: { id: 'asc' } });
  return rows.map((row) => ({ ...row, body: JSON.parse(row.body), headers: parseHeaders(row.headers) }));
}
