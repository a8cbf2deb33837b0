import type { Clock, Log } from '@tributary/core';
import { inSpan, traceHeaders } from '@tributary/tracing';
import { type Broker, type OutgoingMessage, PublishRejectedError } from './broker.ts';
import type { OutboxStore } from './outbox-store.ts';

export interface OutboxRelay {
  /** Sends what is waiting now; call it right after the commit. */
  nudge(): void;
  /** Sends no more, and waits for the messages being sent. */
  stop(): Promise<void>;
}

/** How one try to send a message ended: by a return or a refusal of the broker's, or without an answer. */
export type SendOutcome = 'sent' | PublishRejectedError['outcome'] | 'unavailable';

export interface OutboxRelayOptions<Row extends OutgoingMessage> {
  readonly store: OutboxStore<Row>;
  readonly publisher: Pick<Broker, 'send' | 'ready'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly pollMs: number;
  /** Hears of each try. */
  readonly onAttempt?: (outcome: SendOutcome) => void;
}

const batchSize = 100;
/** How many messages wait for their confirm at the same time; a store may mark together what is confirmed together. */
const inFlight = 50;
/** How long the rows of a relay that died stay untouched. */
const leaseMs = 10_000;

/**
 * Sends an outbox's rows, oldest first, whenever nudged and every `pollMs`; any number of relays may share the table. A
 * crash between confirm and mark sends a message twice, never not at all. A message that the broker rejects is logged
 * and postponed, and the others follow. Each is sent in the trace it was stored with. While the broker is unavailable
 * nothing is claimed, and sending resumes immediately when it returns.
 */
export function startOutboxRelay<Row extends OutgoingMessage>({
  store,
  publisher,
  clock,
  log,
  pollMs,
  onAttempt,
}: OutboxRelayOptions<Row>): OutboxRelay {
  const stopping = new AbortController();
  let wake = new AbortController();
  let nudged = true;

  async function run() {
    while (!stopping.signal.aborted) {
      if (nudged) {
        nudged = false;
        await sweep().catch((error: unknown) => log.warn({ err: error }, 'outbox sweep failed'));
        continue;
      }
      wake = new AbortController();
      await clock.sleep(pollMs, AbortSignal.any([wake.signal, stopping.signal])).catch(() => undefined);
      nudged = true;
    }
  }

  const maySend = () => publisher.ready() && !stopping.signal.aborted;

  async function sweep() {
    while (maySend()) {
      const sendUntil = clock.now().getTime() + leaseMs / 2;
      const rows = await store.claim(batchSize, leaseMs);
      await sendAll(rows, sendUntil);
      if (rows.length < batchSize) return;
    }
  }

  /** Keeps clear of the lease's end: past it another relay may send the same rows. */
  async function sendAll(rows: readonly Row[], sendUntil: number) {
    for (let from = 0; from < rows.length; from += inFlight) {
      const isInTime = clock.now().getTime() < sendUntil;
      const step = isInTime && maySend() ? sendOne : release;
      await Promise.all(rows.slice(from, from + inFlight).map(step));
    }
  }

  function sendOne(row: Row): Promise<void> {
    const attributes = { 'messaging.message.id': row.messageId };
    return inSpan(`relay ${row.type}`, { from: row.headers ?? {}, attributes }, () => sendAndMark(row));
  }

  async function sendAndMark(row: Row) {
    if (await orLog(send({ ...row, headers: traceHeaders() }), row, 'not sent, stays in the outbox')) {
      // A row that could not be marked keeps its lease: it is sent again when that ends, not at once.
      await orLog(store.markSent(row), row, 'sent but not marked as sent, will be sent again');
    } else if (publisher.ready()) {
      await orLog(store.postpone(row), row, 'not put off, its lease must run out');
    } else {
      await release(row);
    }
  }

  async function send(row: Row) {
    try {
      await publisher.send(row);
      onAttempt?.('sent');
    } catch (error) {
      onAttempt?.(error instanceof PublishRejectedError ? error.outcome : 'unavailable');
      throw error;
    }
  }

  async function release(row: Row) {
    await orLog(store.release(row), row, 'not released, its lease must run out');
  }

  async function orLog(step: Promise<void>, { messageId, type }: Row, problem: string): Promise<boolean> {
    try {
      await step;
      return true;
    } catch (error) {
      log.warn({ err: error, messageId, type }, problem);
      return false;
    }
  }

  const running = run();
  return {
    nudge() {
      nudged = true;
      wake.abort();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
