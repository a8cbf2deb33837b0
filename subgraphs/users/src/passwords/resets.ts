import type { Clock } from '@tributary/core';
import { resetRequested } from '@tributary/events';
import { outgoingMessage } from '@tributary/messaging';
import { addToOutbox, type UsersDb } from '@tributary/users-db';
import { assertPassword } from '../account-rules.ts';
import { findByEmail, lockUser } from '../accounts.ts';
import { markConfirmed, sendConfirmation } from '../email-confirmations.ts';
import { createLinkToken, findLinkUser, invalidLink, redeemLinkToken } from '../link-tokens.ts';
import type { Session } from '../sessions/tokens.ts';
import type { Passwords } from './hashing.ts';
import { type ReplacePasswordDeps, replacePassword } from './replacement.ts';
import { padResponseTime } from './response-time.ts';

export interface RequestResetDeps {
  db: UsersDb;
  clock: Clock;
  /** Called after the commit of a message to the outbox. */
  onOutboxWrite: () => void;
}

/**
 * Emails a password reset link to the address, unless three links are valid. An unconfirmed address receives a confirmation link
 * instead, with the same limit. Result and response time do not depend on whether the address has an account.
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
    const link = await createLinkToken(tx, 'passwordReset', userId, now);
    if (link === null) return false;
    const { id: resetId, token, expiresAt } = link;
    const body = { resetId, user: { email: user.email, name: user.name }, token, expiresAt: expiresAt.toISOString() };
    await addToOutbox(tx, outgoingMessage(resetRequested, body), now);
    return true;
  });
  if (isSent) onOutboxWrite();
}

/**
 * Sets a new password with the token of a reset link, confirms the address, ends all sessions and starts a new one. UNAVAILABLE
 * while Redis is unavailable; then nothing has changed, and the token is still valid.
 */
export async function resetPassword(
  { token, newPassword }: { token: string; newPassword: string },
  deps: ReplacePasswordDeps & { db: UsersDb; clock: Clock; passwords: Passwords },
): Promise<Session> {
  const { db, clock, passwords } = deps;
  assertPassword(newPassword, ['newPassword']);
  const userId = await findLinkUser(db, 'passwordReset', token, clock.now());
  const passwordHash = await passwords.hash(newPassword);
  return db.transaction(async (tx) => {
    const user = await lockUser(tx, userId);
    if (user === null) throw invalidLink();
    await redeemLinkToken(tx, 'passwordReset', token, clock.now());
    await markConfirmed(tx, user, clock.now());
    return replacePassword(tx, { userId: user.id, passwordHash }, deps);
  });
}
