import { type Clock, checkAll } from '@tributary/core';
import type { UsersDb } from '@tributary/users-db';
import { assertEmail, assertName, assertPassword } from './account-rules.ts';
import { createAccount } from './accounts.ts';
import { sendConfirmation } from './email-confirmations.ts';
import type { Passwords } from './passwords/hashing.ts';
import type { SigningKeys } from './sessions/signing-keys.ts';
import { issueSession, type Session, startFamily } from './sessions/tokens.ts';

export interface RegisterDeps {
  db: UsersDb;
  clock: Clock;
  passwords: Passwords;
  signing: { keys: SigningKeys; issuer: string };
  newUserPermissions: readonly string[];
  emailConfirmation: 'required' | 'off';
  /** Called after the commit of a message to the outbox. */
  onOutboxWrite: () => void;
}

/** Creates an account, emails its confirmation link and signs in. BAD_USER_INPUT names every invalid field; EMAIL_TAKEN for a known address. */
export async function registerUser(
  input: { email: string; name: string; password: string },
  { db, clock, passwords, signing, newUserPermissions, emailConfirmation, onOutboxWrite }: RegisterDeps,
): Promise<Session> {
  const { email, name, password } = checkAll({
    email: () => assertEmail(input.email, ['input', 'email']),
    name: () => assertName(input.name, ['input', 'name']),
    password: () => assertPassword(input.password, ['input', 'password']),
  });
  const passwordHash = await passwords.hash(password);
  const isRequired = emailConfirmation === 'required';
  const session = await db.transaction(async (tx) => {
    const now = clock.now();
    const account = { email, name, passwordHash, permissions: newUserPermissions, createdAt: now };
    const user = await createAccount(tx, { ...account, emailConfirmedAt: isRequired ? null : now });
    if (isRequired) await sendConfirmation(tx, user, now);
    return issueSession(user, await startFamily(tx, user.id, now), now, signing);
  });
  if (isRequired) onOutboxWrite();
  return session;
}
