import type { Clock } from '@tributary/core';
import type { Transaction } from '@tributary/users-db';
import { issueSession, type Session } from './issue-session.ts';
import { endResets } from './password-resets.ts';
import { endFamilies, startFamily } from './refresh-tokens.ts';
import type { Revocations } from './revocations.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface ReplacePasswordDeps {
  clock: Clock;
  revocations: Revocations;
  signing: { keys: SigningKeys; issuer: string };
}

/**
 * Writes the new password, ends all sessions and every link to a new password, and gives a new session. The caller has
 * locked the user's row and does nothing more before the commit.
 */
export async function replacePassword(
  tx: Transaction,
  { userId, passwordHash }: { userId: string; passwordHash: string },
  { clock, revocations, signing }: ReplacePasswordDeps,
): Promise<Session> {
  const now = clock.now().getTime();
  const user = await tx.user.update({ where: { id: userId }, data: { passwordHash } });
  await endFamilies(tx, userId, new Date(now));
  await endResets(tx, userId, new Date(now));
  // One millisecond on, so that a token issued in this very one is refused; the new one is another millisecond younger.
  const issuedAt = new Date(now + 2);
  const family = await startFamily(tx, userId, issuedAt);
  const session = issueSession(user, family, issuedAt, signing);
  // Last before the commit: if it fails, all is rolled back; if the commit fails, users merely have to refresh.
  await revocations.refuseBefore(tx, userId, new Date(now + 1));
  return session;
}
