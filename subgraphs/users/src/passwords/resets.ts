import { type Clock, invalidArgument } from '@tributary/core';
import { resetRequested } from '@tributary/events';
import { outgoingMessage } from '@tributary/messaging';
import { addToOutbox, type UsersDb } from '@tributary/users-db';
import { assertPassword } from '../account-rules.ts';
import { findByEmail, lockUser } from '../accounts.ts';
import { markConfirmed, sendConfirmation } from '../email-confirmations.ts';
import type { Session } from '../sessions/tokens.ts';
import type { Passwords } from './hashing.ts';
import { type ReplacePasswordDeps, replacePassword } from './replacement.ts';
import { endReset, findReset, startReset } from './reset-tokens.ts';
import { padResponseTime } from './response-time.ts';

export interface RequestResetDeps {
  db: UsersDb;
  clock: Clock;
  /** Called once a message lies in the outbox. */
  onOutboxWrite: () => void;
}

/**
 * Has a link to a new password mailed to the address, unless three such links are still valid. An unconfirmed address gets its
 * confirmation link again instead, with the same limit.
 * The answer and the time it takes are the same whether it has one or not.
 */
export function requestPasswordReset(email: string, deps: RequestResetDeps): Promise<true> {
  const work = async (): Promise<true> => {
    const found = await findByEmail(email, deps.db);
    if (found !== null) await sendResetLink(found.id, deps);
    return true;
  };
  return padResponseTime(work, deps.clock);
}

async function sendResetLink(userId: string, { db, clock, onOutboxWrite }: RequestResetDeps): Promise<void> {
  const isSent = await db.transaction(async (tx) => {
    const user = await lockUser(tx, userId);
    if (user === null) return false;
    const now = clock.now();
    if (user.emailConfirmedAt === null) return sendConfirmation(tx, user, now);
    const reset = await startReset(tx, userId, now);
    if (reset === null) return false;
    const { id: resetId, token, expiresAt } = reset;
    const body = { resetId, user: { email: user.email, name: user.name }, token, expiresAt: expiresAt.toISOString() };
    await addToOutbox(tx, outgoingMessage(resetRequested, body), now);
    return true;
  });
  if (isSent) onOutboxWrite();
}

/** One message for all: what a token once was is nobody's business. */
const invalidToken = () =>
  invalidArgument(
    ['token'],
    'LINK_TOKEN_INVALID',
    'This link is not valid: it was used or has expired. Request a new email.',
  );

/**
 * Sets a new password by the token of a mail, once, which also confirms the address, ends all sessions, and gives a new one. While Redis is unavailable,
 * UNAVAILABLE, and nothing has changed: the token is still good.
 */
export async function resetPassword(
  { token, newPassword }: { token: string; newPassword: string },
  deps: ReplacePasswordDeps & { db: UsersDb; clock: Clock; passwords: Passwords },
): Promise<Session> {
  const { db, clock, passwords } = deps;
  assertPassword(newPassword, ['newPassword']);
  const reset = await findReset(token, clock.now(), db);
  if (reset === null) throw invalidToken();
  const passwordHash = await passwords.hash(newPassword);
  return db.transaction(async (tx) => {
    const user = await lockUser(tx, reset.userId);
    const isValid = user !== null && (await endReset(tx, reset.id, clock.now()));
    if (!isValid) throw invalidToken();
    await markConfirmed(tx, user, clock.now());
    return replacePassword(tx, { userId: user.id, passwordHash }, deps);
  });
}
