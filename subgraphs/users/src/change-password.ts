import { type Clock, conflict, invalidInput, unauthenticated } from '@tributary/core';
import type { UsersDb } from '@tributary/users-db';
import { checkPassword } from './account-rules.ts';
import { issueSession, type Session } from './issue-session.ts';
import { lockUser } from './lock-user.ts';
import type { Passwords } from './passwords.ts';
import { endFamilies, startFamily } from './refresh-tokens.ts';
import type { Revocations } from './revocations.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface ChangePasswordDeps {
  db: UsersDb;
  clock: Clock;
  passwords: Passwords;
  revocations: Revocations;
  signing: { keys: SigningKeys; issuer: string };
}

/** Sets a new password, ends all sessions, and gives a new one. Where Redis cannot be told, UNAVAILABLE, and nothing has changed. */
export async function changePassword(
  input: { userId: string; currentPassword: string; newPassword: string },
  { db, clock, passwords, revocations, signing }: ChangePasswordDeps,
): Promise<Session> {
  checkPassword(input.newPassword);
  const found = await db.query((client) => client.user.findUnique({ where: { id: input.userId } }));
  if (found === null) throw unauthenticated('This account does not exist any more');
  if (!(await passwords.verify(found.passwordHash, input.currentPassword))) {
    throw invalidInput('currentPassword is wrong');
  }
  const passwordHash = await passwords.hash(input.newPassword);
  return db.transaction(async (tx) => {
    const locked = await lockUser(tx, found.id);
    if (locked?.passwordHash !== found.passwordHash) throw conflict('The password was changed meanwhile');
    const now = clock.now().getTime();
    const user = await tx.user.update({ where: { id: found.id }, data: { passwordHash } });
    await endFamilies(tx, user.id, new Date(now));
    // One millisecond on, so that a token issued in this very one is refused; the new one is another millisecond younger.
    const issuedAt = new Date(now + 2);
    const refreshToken = await startFamily(tx, user.id, issuedAt);
    const session = issueSession(user, refreshToken, issuedAt, signing);
    // Last before the commit: if it fails, all is rolled back; if the commit fails, users merely have to refresh.
    await revocations.refuseBefore(user.id, new Date(now + 1));
    return session;
  });
}
