import { conflict, invalidInput, unauthenticated } from '@tributary/core';
import type { UsersDb } from '@tributary/users-db';
import { checkPassword } from './account-rules.ts';
import type { Session } from './issue-session.ts';
import { lockUser } from './lock-user.ts';
import type { Passwords } from './passwords.ts';
import { type ReplacePasswordDeps, replacePassword } from './replace-password.ts';

/** Sets a new password, ends all sessions, and gives a new one. While Redis is unavailable, UNAVAILABLE, and nothing has changed. */
export async function changePassword(
  input: { userId: string; currentPassword: string; newPassword: string },
  deps: ReplacePasswordDeps & { db: UsersDb; passwords: Passwords },
): Promise<Session> {
  const { db, passwords } = deps;
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
    return replacePassword(tx, { userId: found.id, passwordHash }, deps);
  });
}
