import { type Clock, isAppError } from '@tributary/core';
import type { UsersDb } from '@tributary/users-db';
import { createAccount } from './create-account.ts';
import type { Passwords } from './passwords.ts';
import { permission } from './user.ts';

/** Makes the administrator's account with every permission, unless its address has an account; that one is left as it is. */
export async function seedAdministrator(
  administrator: { email: string; password: string },
  { db, clock, passwords }: { db: UsersDb; clock: Clock; passwords: Passwords },
): Promise<void> {
  const { email, password } = administrator;
  if (await db.query((client) => client.user.findUnique({ where: { email } }))) return;
  const passwordHash = await passwords.hash(password);
  const account = {
    email,
    name: 'Administrator',
    passwordHash,
    permissions: permission.options,
    createdAt: clock.now(),
  };
  try {
    await db.query((client) => createAccount(client, account));
  } catch (error) {
    if (!isAppError(error, 'CONFLICT')) throw error;
  }
}
