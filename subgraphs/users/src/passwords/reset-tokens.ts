import { randomBytes } from 'node:crypto';
import type { Transaction, UsersDb } from '@tributary/users-db';
import { hashToken } from '../sessions/tokens.ts';

const lifetimeMs = 30 * 60_000;
const maxValid = 3;

export interface StartedReset {
  id: string;
  token: string;
  expiresAt: Date;
}

/**
 * Creates a token that works once within thirty minutes. Earlier tokens stay valid, so that asking for a link for somebody
 * else's account does them no harm. Returns null, changing nothing, while three are valid: their owner has links enough.
 * The caller has locked the user's row.
 */
export async function startReset(tx: Transaction, userId: string, now: Date): Promise<StartedReset | null> {
  await tx.passwordReset.deleteMany({ where: { userId, expiresAt: { lte: now } } });
  if ((await tx.passwordReset.count({ where: { userId, endedAt: null } })) >= maxValid) return null;
  const token = randomBytes(32).toString('base64url');
  const expiresAt = new Date(now.getTime() + lifetimeMs);
  const data = { userId, tokenHash: hashToken(token), createdAt: now, expiresAt };
  const { id } = await tx.passwordReset.create({ data });
  return { id, token, expiresAt };
}

/** The reset of a token that may still be used; null if there is none. */
export function findReset(token: string, now: Date, db: UsersDb): Promise<{ id: string; userId: string } | null> {
  const where = { tokenHash: hashToken(token), endedAt: null, expiresAt: { gt: now } };
  return db.query((client) => client.passwordReset.findFirst({ where, select: { id: true, userId: true } }));
}

/** Marks the reset used; false if it is none that may be used any more. The caller has locked the user's row. */
export async function endReset(tx: Transaction, id: string, now: Date): Promise<boolean> {
  const where = { id, endedAt: null, expiresAt: { gt: now } };
  return (await tx.passwordReset.updateMany({ where, data: { endedAt: now } })).count === 1;
}

/** Ends every reset of the user. */
export async function endResets(tx: Transaction, userId: string, now: Date): Promise<void> {
  await tx.passwordReset.updateMany({ where: { userId, endedAt: null }, data: { endedAt: now } });
}
