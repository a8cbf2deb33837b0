import { randomBytes } from 'node:crypto';
import type { Transaction } from '@tributary/users-db';
import { hashToken } from './hash-token.ts';

const lifetimeMs = 30 * 24 * 3600 * 1000;

/** The refresh token of a session, and the family of tokens that the session is. */
export interface FamilyToken {
  familyId: string;
  refreshToken: string;
}

/** Begins a family with its first token, and forgets the user's families that have expired. */
export async function startFamily(tx: Transaction, userId: string, now: Date): Promise<FamilyToken> {
  await tx.tokenFamily.deleteMany({ where: { userId, expiresAt: { lt: now } } });
  const family = await tx.tokenFamily.create({ data: { userId, createdAt: now, expiresAt: expiryAfter(now) } });
  return { familyId: family.id, refreshToken: await addToken(tx, family.id, now) };
}

/** Trades the token for the next of its family, whose row the caller has locked. */
export async function rotateToken(
  tx: Transaction,
  used: { tokenHash: string; familyId: string; rotatedAt: Date | null },
  now: Date,
): Promise<FamilyToken> {
  const { familyId, tokenHash } = used;
  await tx.refreshToken.deleteMany({ where: { familyId, expiresAt: { lt: now } } });
  const next = await addToken(tx, familyId, now);
  if (used.rotatedAt === null) {
    await tx.refreshToken.update({
      where: { tokenHash },
      data: { rotatedAt: now, replacedBy: hashToken(next) },
    });
  }
  await tx.tokenFamily.update({ where: { id: familyId }, data: { expiresAt: expiryAfter(now) } });
  return { familyId, refreshToken: next };
}

/** Ends every family of the user. */
export async function endFamilies(tx: Transaction, userId: string, now: Date): Promise<void> {
  await tx.tokenFamily.updateMany({ where: { userId, revokedAt: null }, data: { revokedAt: now } });
}

async function addToken(tx: Transaction, familyId: string, now: Date): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await tx.refreshToken.create({
    data: { tokenHash: hashToken(token), familyId, createdAt: now, expiresAt: expiryAfter(now) },
  });
  return token;
}

const expiryAfter = (now: Date) => new Date(now.getTime() + lifetimeMs);
