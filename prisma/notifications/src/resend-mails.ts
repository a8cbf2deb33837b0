import { unavailableDatabase } from '@tributary/database';
import type { NotificationsDb } from './client.ts';
import type { MailRequest } from './mail-leases.ts';

const asUnavailable = unavailableDatabase('notifications');

export interface StoppedMail {
  readonly subjectId: string;
  readonly recipient: string;
  readonly createdAt: Date;
  /** The reply that stopped it; null once it is to be sent again. */
  readonly refusal: string | null;
  /** False where the request was not kept: it held a secret, or the mail is older than this list. */
  readonly canBeResent: boolean;
}

const maxListed = 1_000;
/** Undeliverable, or reopened and not sent since. */
const stopped = { OR: [{ state: 'UNDELIVERABLE' }, { state: 'PENDING', messageBody: { not: null } }] };

/** The mails that were stopped, oldest first, at most 1,000. */
export async function listStoppedMails({ client }: NotificationsDb): Promise<StoppedMail[]> {
  try {
    const rows = await client.email.findMany({ where: stopped, orderBy: { createdAt: 'asc' }, take: maxListed });
    return rows.map(({ subjectId, recipient, createdAt, refusal, messageBody }) => ({
      ...{ subjectId, recipient, createdAt, refusal, canBeResent: messageBody !== null },
    }));
  } catch (error) {
    throw asUnavailable(error);
  }
}

/**
 * Reopens stopped mails, all that can be resent or those of the ids, and calls `announce` for each, which has to reach the
 * notifier. Interrupted at any moment it can be run again. Returns the ids that were resent; those of `ids` that are not
 * among them cannot be.
 */
export async function resendMails(
  db: NotificationsDb,
  ids: readonly string[] | 'all',
  announce: (subjectId: string) => Promise<void>,
): Promise<string[]> {
  const { client } = db;
  const resent: string[] = [];
  try {
    for (;;) {
      const chosen = ids === 'all' ? { notIn: [...resent] } : { in: [...ids], notIn: [...resent] };
      const rows = await client.email.findMany({
        where: { ...stopped, messageBody: { not: null }, subjectId: chosen },
        orderBy: { createdAt: 'asc' },
        take: maxListed,
        select: { subjectId: true },
      });
      if (rows.length === 0) return resent;
      for (const { subjectId } of rows) {
        await client.email.updateMany({
          where: { subjectId, state: 'UNDELIVERABLE' },
          data: { state: 'PENDING', refusal: null },
        });
        await announce(subjectId);
        resent.push(subjectId);
      }
    }
  } catch (error) {
    throw asUnavailable(error);
  }
}

/** The request of a mail that was reopened and not sent since; null for any other. */
export async function readReopenedMail({ client }: NotificationsDb, subjectId: string): Promise<MailRequest | null> {
  try {
    const email = await client.email.findUnique({ where: { subjectId } });
    if (email?.state !== 'PENDING' || email.messageType === null || email.messageBody === null) return null;
    return { type: email.messageType, body: JSON.parse(email.messageBody) };
  } catch (error) {
    throw asUnavailable(error);
  }
}
