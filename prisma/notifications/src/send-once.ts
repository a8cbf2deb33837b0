import { turnMs, unavailableDatabase } from '@tributary/database';
import type { NotificationsDb } from './client.ts';

const asUnavailable = unavailableDatabase('notifications');

export type MailState = { readonly state: 'SENT' } | { readonly state: 'UNDELIVERABLE'; readonly refusal: string };

export interface PendingMail {
  /** Of what the mail is about: each id gets one mail. */
  readonly subjectId: string;
  readonly recipient: string;
  readonly messageId: string;
}

/** Longer than a mail may take to be handed over: the row stays locked meanwhile. */
const transactionTimeoutMs = 90_000;

/**
 * Calls `send` under the lock of the mail's row unless an earlier call has settled it, and records how it ended. Any
 * number of callers at once send one mail. When `send` throws nothing is recorded. A process that dies after the SMTP server took
 * the mail and before the commit sends it again: SMTP cannot be part of a transaction. Returns when the mail was settled, and how.
 */
export async function sendOnce(
  db: NotificationsDb,
  { subjectId, recipient, messageId }: PendingMail,
  send: () => Promise<MailState>,
  now: () => Date,
): Promise<MailState & { at: Date }> {
  try {
    await db.client.email.createMany({
      data: [{ subjectId, recipient, messageId, state: 'PENDING', createdAt: now() }],
      skipDuplicates: true,
    });
    return await db.client.$transaction(
      async (tx) => {
        await tx.$queryRaw`SELECT state FROM emails WHERE upload_id = ${subjectId} FOR UPDATE`;
        const email = await tx.email.findUniqueOrThrow({ where: { subjectId } });
        if (email.sentAt !== null) return { state: 'SENT', at: email.sentAt };
        if (email.refusal !== null) return { state: 'UNDELIVERABLE', refusal: email.refusal, at: email.createdAt };
        const result = await send();
        const at = now();
        const end = result.state === 'SENT' ? { sentAt: at } : { refusal: result.refusal };
        // Unlike `update` it does not read the row again.
        await tx.email.updateMany({ where: { subjectId }, data: { state: result.state, ...end } });
        return { ...result, at };
      },
      { maxWait: turnMs, timeout: transactionTimeoutMs },
    );
  } catch (error) {
    throw asUnavailable(error);
  }
}
