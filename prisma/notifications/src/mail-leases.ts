import { unavailableDatabase } from '@tributary/database';
import type { NotificationsDb } from './client.ts';

const asUnavailable = unavailableDatabase('notifications');

export type MailState = { readonly state: 'SENT' } | { readonly state: 'UNDELIVERABLE'; readonly refusal: string };

/** How a mail ended, and when. */
export type SettledMail = MailState & { readonly at: Date };

export interface PendingMail {
  /** The id of what the mail is about: each id gets one mail. */
  readonly subjectId: string;
  readonly recipient: string;
  readonly messageId: string;
}

/** The message that asked for a mail. */
export interface MailRequest {
  readonly type: string;
  readonly body: unknown;
}

export interface Lease {
  /** The id of the process. */
  readonly holder: string;
  readonly leaseMs: number;
}

/**
 * Leases a mail that is not settled: 'leased' for this holder, 'busy' while another holds it, or how it ended. Committed before
 * it resolves; times are the database's. A holder may lease again what it holds.
 */
export async function leaseMail(
  { client }: NotificationsDb,
  { subjectId, recipient, messageId }: PendingMail,
  { holder, leaseMs }: Lease,
  now: Date,
): Promise<'leased' | 'busy' | SettledMail> {
  return guarded(async () => {
    await client.email.createMany({
      data: [{ subjectId, recipient, messageId, state: 'PENDING', createdAt: now }],
      skipDuplicates: true,
    });
    const leased = await client.$executeRaw`
      UPDATE emails SET holder = ${holder}, leased_until = NOW(3) + INTERVAL ${leaseMs * 1_000} MICROSECOND
      WHERE upload_id = ${subjectId} AND state = 'PENDING'
        AND (holder IS NULL OR holder = ${holder} OR leased_until < NOW(3))`;
    if (leased > 0) return 'leased';
    const email = await client.email.findUniqueOrThrow({ where: { subjectId } });
    if (email.sentAt !== null) return { state: 'SENT', at: email.sentAt };
    if (email.refusal !== null) return { state: 'UNDELIVERABLE', refusal: email.refusal, at: email.createdAt };
    return 'busy';
  });
}

/** Prolongs a lease that the holder still has. */
export async function renewLease({ client }: NotificationsDb, subjectId: string, { holder, leaseMs }: Lease) {
  await guarded(
    () => client.$executeRaw`
      UPDATE emails SET leased_until = NOW(3) + INTERVAL ${leaseMs * 1_000} MICROSECOND
      WHERE upload_id = ${subjectId} AND holder = ${holder}`,
  );
}

/** Ends a lease of a mail that was not sent: any process may take it at once. */
export async function endLease({ client }: NotificationsDb, subjectId: string, holder: string): Promise<void> {
  await guarded(() =>
    client.email.updateMany({
      where: { subjectId, holder, state: 'PENDING' },
      data: { holder: null, leasedUntil: null },
    }),
  );
}

/**
 * Records the outcome of a mail, no matter which process holds it: that the server took a mail stays true. Recording twice changes nothing. The
 * request is kept for a mail that was rejected, so that it can be sent again.
 */
export async function recordMail(
  { client }: NotificationsDb,
  subjectId: string,
  ending: SettledMail,
  request?: MailRequest,
): Promise<void> {
  const end =
    ending.state === 'SENT'
      ? { sentAt: ending.at, refusal: null, messageType: null, messageBody: null }
      : {
          refusal: ending.refusal,
          messageType: request?.type ?? null,
          messageBody: request ? JSON.stringify(request.body) : null,
        };
  await guarded(() =>
    client.email.updateMany({
      where: { subjectId, sentAt: null },
      data: { state: ending.state, holder: null, leasedUntil: null, ...end },
    }),
  );
}

/** How many mails the recipient was sent after that time. */
export async function countSentMails({ client }: NotificationsDb, recipient: string, after: Date): Promise<number> {
  return guarded(() => client.email.count({ where: { recipient, sentAt: { gt: after } } }));
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asUnavailable(error);
  }
}
