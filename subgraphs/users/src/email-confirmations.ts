import { type Clock, unauthenticated } from '@tributary/core';
import { confirmationRequested } from '@tributary/events';
import { outgoingMessage } from '@tributary/messaging';
import { addToOutbox, type Transaction, type User, type UsersDb } from '@tributary/users-db';
import { lockUser } from './accounts.ts';
import { createLinkToken, endLinkTokens, findLinkUser, invalidLink, redeemLinkToken } from './link-tokens.ts';

export interface ConfirmationDeps {
  db: UsersDb;
  clock: Clock;
  /** Called after the commit of a message to the outbox. */
  onOutboxWrite: () => void;
}

/**
 * Emails a confirmation link to the user's address; false while three links are valid. The caller has locked the user's row
 * and calls `onOutboxWrite` after the commit.
 */
export async function sendConfirmation(tx: Transaction, user: User, now: Date): Promise<boolean> {
  const link = await createLinkToken(tx, 'emailConfirmation', user.id, now);
  if (link === null) return false;
  const { id: confirmationId, token, expiresAt } = link;
  const body = { confirmationId, user: { email: user.email }, token, expiresAt: expiresAt.toISOString() };
  await addToOutbox(tx, outgoingMessage(confirmationRequested, body), now);
  return true;
}

/** Emails another confirmation link; false if the address is confirmed or three links are valid. */
export async function resendConfirmation(userId: string, { db, clock, onOutboxWrite }: ConfirmationDeps) {
  const isSent = await db.transaction(async (tx) => {
    const user = await lockUser(tx, userId);
    if (user === null) throw unauthenticated('This account no longer exists.', { reason: 'ACCOUNT_NOT_FOUND' });
    return user.emailConfirmedAt === null && sendConfirmation(tx, user, clock.now());
  });
  if (isSent) onOutboxWrite();
  return isSent;
}

/** Confirms the address to which the token was emailed, once. Access tokens that are issued later carry the confirmation. */
export async function confirmEmail(
  token: string,
  { db, clock }: Pick<ConfirmationDeps, 'db' | 'clock'>,
): Promise<true> {
  const userId = await findLinkUser(db, 'emailConfirmation', token, clock.now());
  await db.transaction(async (tx) => {
    const user = await lockUser(tx, userId);
    if (user === null) throw invalidLink();
    await redeemLinkToken(tx, 'emailConfirmation', token, clock.now());
    await markConfirmed(tx, user, clock.now());
  });
  return true;
}

/** Records that the user has opened an emailed link, and ends the other confirmation links. The caller has locked the user's row. */
export async function markConfirmed(tx: Transaction, user: User, now: Date): Promise<void> {
  if (user.emailConfirmedAt !== null) return;
  await endLinkTokens(tx, 'emailConfirmation', user.id);
  await tx.user.update({ where: { id: user.id }, data: { emailConfirmedAt: now } });
}
