import { type Clock, unauthenticated } from '@tributary/core';
import type { UsersDb } from '@tributary/users-db';
import { findByEmail } from './find-by-email.ts';
import { issueSession, type Session } from './issue-session.ts';
import { lockUser } from './lock-user.ts';
import type { Passwords } from './passwords.ts';
import { startFamily } from './refresh-tokens.ts';
import type { SigningKeys } from './signing-keys.ts';

const refused = () => unauthenticated('The address or the password is wrong');

/** Signs in. A wrong password and an unknown address get the same answer after the same work. */
export async function logIn(
  input: { email: string; password: string },
  deps: { db: UsersDb; clock: Clock; passwords: Passwords; signing: { keys: SigningKeys; issuer: string } },
): Promise<Session> {
  const { db, clock, passwords, signing } = deps;
  const found = await findByEmail(input.email, db);
  const matches = await passwords.verify(found?.passwordHash ?? null, input.password);
  if (found === null || !matches) throw refused();
  return db.transaction(async (tx) => {
    const user = await lockUser(tx, found.id);
    // Changed while it was being checked: the password that was right no longer is.
    if (user === null || user.passwordHash !== found.passwordHash) throw refused();
    const now = clock.now();
    return issueSession(user, await startFamily(tx, user.id, now), now, signing);
  });
}
