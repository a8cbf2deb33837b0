import type { Clock } from '@tributary/core';
import { resetRequested } from '@tributary/events';
import { outgoingMessage } from '@tributary/messaging';
import { addToOutbox, type UsersDb } from '@tributary/users-db';
import { sendConfirmation } from './email-confirmations.ts';
import { findByEmail } from './find-by-email.ts';
import { lockUser } from './lock-user.ts';
import { padResponseTime } from './pad-response-time.ts';
import { startReset } from './password-resets.ts';

export interface RequestResetDeps {
  db: UsersDb;
  clock: Clock;
  /** Called once a message lies in the outbox. */
  outboxFilled: () => void;
}

/**
 * Has a link to a new password mailed to the address, unless three such links are still valid. An unconfirmed address gets its
 * confirmation link again instead, with the same limit.
 * The answer and the time it takes are the same whether it has one or not.
 */
export function requestPasswordReset(email: string, deps: RequestResetDeps): Promise<true> {
  const work = async (): Promise<true> => {
    const found = await findByEmail(email, deps.db);
    if (found !== null) await enterRequest(found.id, deps);
    return true;
  };
  return padResponseTime(work, deps.clock);
}

async function enterRequest(userId: string, { db, clock, outboxFilled }: RequestResetDeps): Promise<void> {
  const isEntered = await db.transaction(async (tx) => {
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
  if (isEntered) outboxFilled();
}
