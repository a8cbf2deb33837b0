import { type Clock, unauthenticated } from '@tributary/core';
import type { Transaction, UsersDb } from '@tributary/users-db';
import { hashToken } from './hash-token.ts';
import { issueSession, type Session } from './issue-session.ts';
import { lockUser } from './lock-user.ts';
import { rotateToken } from './refresh-tokens.ts';
import type { Revocations } from './revocations.ts';
import type { SigningKeys } from './signing-keys.ts';

/** Two tabs that wake up together both use the token they share. */
const graceMs = 10_000;

const refused = () => unauthenticated('The refresh token is not valid: sign in again');

type Reuse = { isReuse: true };

/**
 * Trades a refresh token for a new pair, once. Used again within ten seconds it gives another fresh pair; after that,
 * somebody else has it: its family ends, and the user's access tokens given out so far are refused.
 */
export async function refreshSession(
  refreshToken: string,
  deps: {
    db: UsersDb;
    clock: Clock;
    revocations: Revocations;
    signing: { keys: SigningKeys; issuer: string };
  },
): Promise<Session> {
  const tokenHash = hashToken(refreshToken);
  const outcome = await deps.db.transaction((tx) => use(tx, tokenHash, deps));
  if ('accessToken' in outcome) return outcome;
  await deps.revocations.publish();
  throw refused();
}

async function use(
  tx: Transaction,
  tokenHash: string,
  {
    clock,
    revocations,
    signing,
  }: { clock: Clock; revocations: Revocations; signing: { keys: SigningKeys; issuer: string } },
): Promise<Session | Reuse> {
  const owner = await tx.refreshToken.findUnique({
    where: { tokenHash },
    select: { family: { select: { userId: true } } },
  });
  // The user's row is the one lock for everything that issues or ends tokens; what was read before it may be stale.
  const user = owner && (await lockUser(tx, owner.family.userId));
  const token = await tx.refreshToken.findUnique({ where: { tokenHash }, include: { family: true } });
  const now = clock.now();
  if (!user || !token || token.expiresAt <= now) throw refused();
  const { rotatedAt, familyId, family } = token;
  const isReuse = rotatedAt !== null && now.getTime() - rotatedAt.getTime() > graceMs;
  if (isReuse) {
    const revokedAt = family.revokedAt ?? new Date(now.getTime() + 1);
    if (family.revokedAt === null) await tx.tokenFamily.update({ where: { id: familyId }, data: { revokedAt } });
    await revocations.store(tx, user.id, revokedAt);
    return { isReuse };
  }
  if (family.revokedAt !== null) throw refused();
  return issueSession(user, await rotateToken(tx, token, now), now, signing);
}
