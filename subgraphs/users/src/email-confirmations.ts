import { randomBytes } from 'node:crypto';
import { type Clock, invalidArgument, unauthenticated } from '@tributary/core';
import { confirmationRequested } from '@tributary/events';
import { outgoingMessage } from '@tributary/messaging';
import { addToOutbox, type Transaction, type User, type UsersDb } from '@tributary/users-db';
import { lockUser } from './accounts.ts';
import { hashToken } from './sessions/tokens.ts';

const lifetimeMs = 24 * 60 * 60_000;
/** The address may be a stranger's, so at most this many mails go there within the lifetime of a link. */
const maxValidLinks = 3;

export interface ConfirmationDeps {
  db: UsersDb;
  clock: Clock;
  /** Called once a message lies in the outbox. */
  onOutboxWrite: () => void;
}

/** One message for all: what a token once was is nobody's business. */
const invalidToken = () =>
  invalidArgument(
    ['token'],
    'LINK_TOKEN_INVALID',
    'This link is not valid: it was used or has expired. Request a new email.',
  );

/**
 * Has a confirmation link mailed to the user's address; false, changing nothing, while three links are valid. The caller has
 * locked the user's row and calls `onOutboxWrite` after the commit.
 */
export async function sendConfirmation(tx: Transaction, user: User, now: Date): Promise<boolean> {
  await tx.emailConfirmation.deleteMany({ where: { userId: user.id, expiresAt: { lte: now } } });
  if ((await tx.emailConfirmation.count({ where: { userId: user.id } })) >= maxValidLinks) return false;
  const token = randomBytes(32).toString('base64url');
  const expiresAt = new Date(now.getTime() + lifetimeMs);
  const data = { userId: user.id, tokenHash: hashToken(token), createdAt: now, expiresAt };
  const { id: confirmationId } = await tx.emailConfirmation.create({ data });
  const body = { confirmationId, user: { email: user.email }, token, expiresAt: expiresAt.toISOString() };
  await addToOutbox(tx, outgoingMessage(confirmationRequested, body), now);
  return true;
}

/** Has another confirmation link mailed to the user; false if the address is confirmed or three links are valid. */
export async function resendConfirmation(userId: string, { db, clock, onOutboxWrite }: ConfirmationDeps) {
  const isSent = await db.transaction(async (tx) => {
    const user = await lockUser(tx, userId);
    if (user === null) throw unauthenticated('This account no longer exists.', { reason: 'ACCOUNT_NOT_FOUND' });
    return user.emailConfirmedAt === null && sendConfirmation(tx, user, clock.now());
  });
  if (isSent) onOutboxWrite();
  return isSent;
}

/** Confirms the address that the token was mailed to, once. Access tokens issued from then on say that it is confirmed. */
export async function confirmEmail(
  token: string,
  { db, clock }: Pick<ConfirmationDeps, 'db' | 'clock'>,
): Promise<true> {
  const where = () => ({ tokenHash: hashToken(token), expiresAt: { gt: clock.now() } });
  const found = await db.query((client) => client.emailConfirmation.findFirst({ where: where() }));
  if (found === null) throw invalidToken();
  await db.transaction(async (tx) => {
    const user = await lockUser(tx, found.userId);
    const isValid = user !== null && (await tx.emailConfirmation.deleteMany({ where: where() })).count === 1;
    if (!isValid) throw invalidToken();
    await markConfirmed(tx, user, clock.now());
  });
  return true;
}

/** Notes that the owner of the address has opened a link mailed there, and ends the other links. The caller has locked the user's row. */
export async function markConfirmed(tx: Transaction, user: User, now: Date): Promise<void> {
  if (user.emailConfirmedAt !== null) return;
  await tx.emailConfirmation.deleteMany({ where: { userId: user.id } });
  await tx.user.update({ where: { id: user.id }, data: { emailConfirmedAt: now } });
}
