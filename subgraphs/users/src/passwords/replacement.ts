import { type Clock, conflict, invalidArgument, unauthenticated } from '@tributary/core';
import type { Transaction, UsersDb } from '@tributary/users-db';
import { assertPassword } from '../account-rules.ts';
import { lockUser } from '../accounts.ts';
import { endLinkTokens } from '../link-tokens.ts';
import type { Revocations } from '../sessions/revocations.ts';
import type { SigningKeys } from '../sessions/signing-keys.ts';
import { endFamilies, issueSession, type Session, startFamily } from '../sessions/tokens.ts';
import type { Passwords } from './hashing.ts';

/** Sets a new password, ends all sessions and starts a new one. UNAVAILABLE while Redis is unavailable; then nothing has changed. */
export async function changePassword(
  input: { userId: string; currentPassword: string; newPassword: string },
  deps: ReplacePasswordDeps & { db: UsersDb; passwords: Passwords },
): Promise<Session> {
  const { db, passwords } = deps;
  assertPassword(input.newPassword, ['newPassword']);
  const found = await db.query((client) => client.user.findUnique({ where: { id: input.userId } }));
  if (found === null) throw unauthenticated('This account no longer exists.', { reason: 'ACCOUNT_NOT_FOUND' });
  if (!(await passwords.verify(found.passwordHash, input.currentPassword))) {
    throw invalidArgument(['currentPassword'], 'CURRENT_PASSWORD_WRONG', 'The current password is incorrect.');
  }
  const passwordHash = await passwords.hash(input.newPassword);
  return db.transaction(async (tx) => {
    const locked = await lockUser(tx, found.id);
    if (locked?.passwordHash !== found.passwordHash) {
      throw conflict('Another request changed the password in the meantime.', { reason: 'PASSWORD_CHANGED' });
    }
    return replacePassword(tx, { userId: found.id, passwordHash }, deps);
  });
}

export interface ReplacePasswordDeps {
  clock: Clock;
  revocations: Revocations;
  signing: { keys: SigningKeys; issuer: string };
}

/**
 * Writes the new password, ends all sessions and reset links, and starts a new session. The caller has locked the user's row and
 * does nothing else before the commit.
 */
export async function replacePassword(
  tx: Transaction,
  { userId, passwordHash }: { userId: string; passwordHash: string },
  { clock, revocations, signing }: ReplacePasswordDeps,
): Promise<Session> {
  const now = clock.now().getTime();
  const user = await tx.user.update({ where: { id: userId }, data: { passwordHash } });
  await endFamilies(tx, userId, new Date(now));
  await endLinkTokens(tx, 'passwordReset', userId);
  // Tokens issued in this millisecond are revoked too, so the new one is dated two milliseconds later.
  const issuedAt = new Date(now + 2);
  const family = await startFamily(tx, userId, issuedAt);
  const session = issueSession(user, family, issuedAt, signing);
  // Comes last: if it fails, everything is rolled back; if the commit fails, users only have to refresh their tokens.
  await revocations.refuseBefore(tx, userId, new Date(now + 1));
  return session;
}
