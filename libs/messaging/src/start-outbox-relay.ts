import type { Clock, Log } from '@tributary/core';
import type { OutgoingMessage, Publisher } from './broker.ts';
import type { OutboxStore } from './outbox-store.ts';

export interface OutboxRelay {
  /** Sends what is waiting now; call it right after the commit. */
  nudge(): void;
  /** Sends no more, and waits for the message being sent. */
  stop(): Promise<void>;
}

export interface OutboxRelayOptions<Row extends OutgoingMessage> {
  readonly store: OutboxStore<Row>;
  readonly publisher: Pick<Publisher, 'send'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly pollMs: number;
}

const batchSize = 50;
const leaseMs = 60_000;

/**
 * Sends an outbox's rows, oldest first, whenever nudged and every `pollMs`. A crash between confirm and mark sends a
 * message twice, never not at all. What cannot be sent stays, is logged, and is tried again at the next sweep.
 */
export function startOutboxRelay<Row extends OutgoingMessage>({
  store,
  publisher,
  clock,
  log,
  pollMs,
}: OutboxRelayOptions<Row>): OutboxRelay {
  const stopping = new AbortController();
  let wake = new AbortController();
  let nudged = true;

  async function run() {
    while (!stopping.signal.aborted) {
      if (nudged) {
        nudged = false;
        await sweep().catch((error: unknown) => log.warn({ err: error }, 'the outbox could not be swept'));
        continue;
      }
      wake = new AbortController();
      await clock.sleep(pollMs, AbortSignal.any([wake.signal, stopping.signal])).catch(() => undefined);
      nudged = true;
    }
  }

  async function sweep() {
    for (;;) {
      const sendUntil = clock.now().getTime() + leaseMs / 2;
      const rows = await store.claim(batchSize, leaseMs);
      const isAllSent = await sendAll(rows, sendUntil);
      if (!isAllSent || rows.length < batchSize || stopping.signal.aborted) return;
    }
  }

  /** Keeps clear of the lease's end: past it another relay may send the same rows. */
  async function sendAll(rows: readonly Row[], sendUntil: number): Promise<boolean> {
    let isAllSent = true;
    for (const row of rows) {
      const mayStillSend = !stopping.signal.aborted && clock.now().getTime() < sendUntil;
      if (!mayStillSend || !(await sendOne(row))) {
        isAllSent = false;
        await noted(store.release(row), row, 'not released, its lease must run out');
      }
    }
    return isAllSent;
  }

  async function sendOne(row: Row): Promise<boolean> {
    if (!(await noted(publisher.send(row), row, 'not sent, stays in the outbox'))) return false;
    // A row that could not be marked keeps its lease: it is sent again when that ends, not at once.
    await noted(store.markSent(row), row, 'sent but not marked as sent, will be sent again');
    return true;
  }

  async function noted(step: Promise<void>, { messageId, type }: Row, problem: string): Promise<boolean> {
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
