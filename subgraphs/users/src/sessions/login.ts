import { type Clock, unauthenticated } from '@tributary/core';
import type { Transaction, UsersDb } from '@tributary/users-db';
import { findByEmail, lockUser } from '../accounts.ts';
import type { Passwords } from '../passwords/hashing.ts';
import type { Revocations } from './revocations.ts';
import type { SigningKeys } from './signing-keys.ts';
import { hashToken, issueSession, rotateToken, type Session, startFamily } from './tokens.ts';

const wrongCredentials = () => unauthenticated('Incorrect email address or password.', { reason: 'WRONG_CREDENTIALS' });

/** Signs in. A wrong password and an unknown address get the same answer after the same work. */
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
    // Changed while it was being checked: the password that was right no longer is.
    if (user === null || user.passwordHash !== found.passwordHash) throw wrongCredentials();
    const now = clock.now();
    return issueSession(user, await startFamily(tx, user.id, now), now, signing);
  });
}

/** Two tabs that wake up together both use the token they share. */
const graceMs = 10_000;

const invalidRefreshToken = () =>
  unauthenticated('Your session has ended. Please sign in again.', { reason: 'REFRESH_TOKEN_INVALID' });

type TokenReuse = { isReuse: true };

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
  // The user's row is the one lock for everything that issues or ends tokens; what was read before it may be stale.
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
 * Ends the session of the refresh token: its access tokens are refused at the next request. A token that is unknown or has
 * ended is no error, and reveals nothing. It succeeds without Redis too: the gateway then asks the database.
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
