import { type Clock, unauthenticated } from '@tributary/core';
import type { Transaction, UsersDb } from '@tributary/users-db';
import { findByEmail, lockUser } from '../accounts.ts';
import type { Passwords } from '../passwords/hashing.ts';
import type { Revocations } from './revocations.ts';
import type { SigningKeys } from './signing-keys.ts';
import { hashToken, issueSession, rotateToken, type Session, startFamily } from './tokens.ts';

const wrongCredentials = () => unauthenticated('Incorrect email address or password.', { reason: 'WRONG_CREDENTIALS' });

/** Signs in. A wrong password and an unknown address get the same error after the same work. */
export async function logIn(
  input: { email: string; password: string },
  deps: { db: UsersDb; clock: Clock; passwords: Passwords; signing: { keys: SigningKeys; issuer: string } },
): Promise<Session> {
  const { db, clock, passwords, signing } = deps;
  const found = await findByEmail(input.email, db);
  const matches = await passwords.verify(found?.passwordHash ?? null, input.password);
  if (found === null || !matches) throw wrongCredentials();
  return db.transaction(async (tx) => {
    const user = await lockUser(tx, found.id);
    // Another request changed the password after the check.
    if (user === null || user.passwordHash !== found.passwordHash) throw wrongCredentials();
    const now = clock.now();
    return issueSession(user, await startFamily(tx, user.id, now), now, signing);
  });
}

/** Two browser tabs may use their shared token at the same time. */
const graceMs = 10_000;

const invalidRefreshToken = () =>
  unauthenticated('Your session has ended. Please sign in again.', { reason: 'REFRESH_TOKEN_INVALID' });

type TokenReuse = { isReuse: true };

/**
 * Exchanges a refresh token for the next pair of tokens. A repetition within ten seconds returns another pair. A later one means
 * that the token was stolen: its family ends, and all access tokens of the user are revoked.
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
  const outcome = await deps.db.transaction((tx) => redeemRefreshToken(tx, tokenHash, deps));
  if ('accessToken' in outcome) return outcome;
  await deps.revocations.publish();
  throw invalidRefreshToken();
}

async function redeemRefreshToken(
  tx: Transaction,
  tokenHash: string,
  {
    clock,
    revocations,
    signing,
  }: { clock: Clock; revocations: Revocations; signing: { keys: SigningKeys; issuer: string } },
): Promise<Session | TokenReuse> {
  const owner = await tx.refreshToken.findUnique({
    where: { tokenHash },
    select: { family: { select: { userId: true } } },
  });
  // Everything that issues or ends tokens locks the user's row, so the token is read again under the lock.
  const user = owner && (await lockUser(tx, owner.family.userId));
  const token = await tx.refreshToken.findUnique({ where: { tokenHash }, include: { family: true } });
  const now = clock.now();
  if (!user || !token || token.expiresAt <= now) throw invalidRefreshToken();
  const { rotatedAt, familyId, family } = token;
  const isReuse = rotatedAt !== null && now.getTime() - rotatedAt.getTime() > graceMs;
  if (isReuse) {
    const revokedAt = family.revokedAt ?? new Date(now.getTime() + 1);
    if (family.revokedAt === null) await tx.tokenFamily.update({ where: { id: familyId }, data: { revokedAt } });
    await revocations.store(tx, user.id, revokedAt);
    return { isReuse };
  }
  if (family.revokedAt !== null) throw invalidRefreshToken();
  return issueSession(user, await rotateToken(tx, token, now), now, signing);
}

/**
 * Ends the session of the refresh token, and its access tokens from the next request on. An unknown or ended token is no error, so
 * that nothing is revealed. Works without Redis: the gateway then reads the revocations from the database.
 */
export async function logOut(
  refreshToken: string,
  { db, clock, revocations }: { db: UsersDb; clock: Clock; revocations: Revocations },
): Promise<true> {
  const tokens = { some: { tokenHash: hashToken(refreshToken) } };
  const familyId = await db.transaction(async (tx) => {
    const family = await tx.tokenFamily.findFirst({ where: { tokens, revokedAt: null }, select: { id: true } });
    if (family === null) return null;
    await tx.tokenFamily.update({ where: { id: family.id }, data: { revokedAt: clock.now() } });
    await revocations.store(tx, family.id, revocations.endOfTokens());
    return family.id;
  });
  if (familyId !== null) await revocations.publish();
  return true;
}
