import { randomUUID } from 'node:crypto';
import { type Clock, isAppError, type Log, unavailable } from '@tributary/core';
import {
  endLease,
  leaseMail,
  type MailRequest,
  type MailState,
  type NotificationsDb,
  type PendingMail,
  recordMail,
  renewLease,
  type SettledMail,
} from '@tributary/notifications-db';
import { BackpressureError } from '@tributary/worker';
import type { MailJournal } from './mail-journal.ts';

export interface MailSender {
  /**
   * Calls `send` unless the mail is settled, and records how it ended; returns when and how. Any number of callers in any
   * number of processes send one mail. UNAVAILABLE while another process holds the mail's lease, and when `signal` is
   * aborted before the ending is recorded: this process goes on recording, and never sends that mail again.
   */
  sendOnce(
    mail: PendingMail,
    send: (signal: AbortSignal) => Promise<MailState>,
    options: { readonly signal: AbortSignal; readonly request?: MailRequest },
  ): Promise<SettledMail>;
  /** Waits for the mails in flight and for their recording; the caller limits the time. */
  close(): Promise<void>;
}

/** A lease outlives a pause of its process; a mail whose process died waits as long. */
const leaseMs = 10_000;
const renewEveryMs = 3_000;
const recordRetryMs = { min: 50, max: 1_000 };

/**
 * Sends mails so that none is lost and, as far as SMTP allows, none is sent twice. No connection of the database is used while the
 * server talks. Once the server took a mail that is written to the journal, then to the database until that succeeds. What remains:
 * the process is killed, or the connection lost, between the end of the mail and the server's reply.
 */
export function createMailSender({
  db,
  journal,
  clock,
  log,
}: {
  db: NotificationsDb;
  journal: MailJournal;
  clock: Clock;
  log: Log;
}): MailSender {
  const lease = { holder: randomUUID(), leaseMs };
  const inFlight = new Map<string, Promise<SettledMail>>();
  /** Mails that the server took, until the database knows. */
  const taken = new Map<string, { readonly at: Date; readonly recorded: Promise<void> }>();
  const closing = new AbortController();
  for (const mail of journal.leftOver) keepTaken(mail.subjectId, mail.at);

  function keepTaken(subjectId: string, at: Date) {
    const recorded = recordTaken(subjectId, at).then(() => {
      taken.delete(subjectId);
      journal.remove(subjectId);
    });
    recorded.catch((error: unknown) => log.error({ err: error, subjectId }, 'mail not recorded'));
    taken.set(subjectId, { at, recorded });
    return { at, recorded };
  }

  async function recordTaken(subjectId: string, at: Date) {
    for (let delayMs = recordRetryMs.min; ; delayMs = Math.min(delayMs * 2, recordRetryMs.max)) {
      try {
        return await recordMail(db, subjectId, { state: 'SENT', at });
      } catch (error) {
        if (!isAppError(error, 'UNAVAILABLE') || closing.signal.aborted) throw error;
        await clock.sleep(delayMs);
      }
    }
  }

  async function sendLeased(...[mail, send, { signal, request }]: Parameters<MailSender['sendOnce']>) {
    const { subjectId } = mail;
    const before = taken.get(subjectId);
    if (before) return afterRecording(before, signal);
    const leased = await leaseMail(db, mail, lease, clock.now());
    if (leased === 'busy') throw new BackpressureError('Another process is sending this mail.');
    if (leased !== 'leased') return leased;
    const renewing = new AbortController();
    void keepLease(subjectId, renewing.signal);
    try {
      const state = await send(signal);
      const at = clock.now();
      if (state.state === 'SENT') {
        journal.add({ subjectId, at });
        return await afterRecording(keepTaken(subjectId, at), signal);
      }
      const ending = { ...state, at };
      await recordMail(db, subjectId, ending, request);
      return ending;
    } catch (error) {
      if (!taken.has(subjectId)) await endLease(db, subjectId, lease.holder).catch(() => undefined);
      throw error;
    } finally {
      renewing.abort();
    }
  }

  async function keepLease(subjectId: string, signal: AbortSignal) {
    while (!signal.aborted) {
      await clock.sleep(renewEveryMs, signal).catch(() => undefined);
      if (!signal.aborted) await renewLease(db, subjectId, lease).catch(() => undefined);
    }
  }

  return {
    sendOnce(mail, send, options) {
      const running = inFlight.get(mail.subjectId);
      if (running) return running;
      const sending = sendLeased(mail, send, options).finally(() => inFlight.delete(mail.subjectId));
      inFlight.set(mail.subjectId, sending);
      return sending;
    },
    async close() {
      await Promise.allSettled(inFlight.values());
      closing.abort();
      await Promise.allSettled([...taken.values()].map(({ recorded }) => recorded));
      journal.close();
    },
  };
}

/** Resolves once the mail is recorded; rejects when the signal is aborted before. */
async function afterRecording(
  { at, recorded }: { readonly at: Date; readonly recorded: Promise<void> },
  signal: AbortSignal,
): Promise<SettledMail> {
  const settled = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    const stop = () => reject(unavailable('The mail was sent; that is not recorded yet.'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true, signal: settled.signal });
  });
  try {
    await Promise.race([recorded, aborted]);
    return { state: 'SENT', at };
  } finally {
    settled.abort();
  }
}
