import { type Clock, invalidInput } from '@tributary/core';
import type { UsersDb } from '@tributary/users-db';
import { checkPassword } from './account-rules.ts';
import { markConfirmed } from './email-confirmations.ts';
import type { Session } from './issue-session.ts';
import { lockUser } from './lock-user.ts';
import { endReset, findReset } from './password-resets.ts';
import type { Passwords } from './passwords.ts';
import { type ReplacePasswordDeps, replacePassword } from './replace-password.ts';

/** One message for all: what a token once was is nobody's business. */
const refused = () => invalidInput('The token is wrong, was used already or has expired: ask for a new mail');

/**
 * Sets a new password by the token of a mail, once, which also confirms the address, ends all sessions, and gives a new one. While Redis is unavailable,
 * UNAVAILABLE, and nothing has changed: the token is still good.
 */
export async function resetPassword(
  { token, newPassword }: { token: string; newPassword: string },
  deps: ReplacePasswordDeps & { db: UsersDb; clock: Clock; passwords: Passwords },
): Promise<Session> {
  const { db, clock, passwords } = deps;
  checkPassword(newPassword);
  const reset = await findReset(token, clock.now(), db);
  if (reset === null) throw refused();
  const passwordHash = await passwords.hash(newPassword);
  return db.transaction(async (tx) => {
    const user = await lockUser(tx, reset.userId);
    const isGood = user !== null && (await endReset(tx, reset.id, clock.now()));
    if (!isGood) throw refused();
    await markConfirmed(tx, user, clock.now());
    return replacePassword(tx, { userId: user.id, passwordHash }, deps);
  });
}
