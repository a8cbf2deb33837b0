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
      const rows = await store.claim(batchSize, leaseMs);
      const failed = await sendAll(rows);
      if (failed || rows.length < batchSize || stopping.signal.aborted) return;
    }
  }

  async function sendAll(rows: readonly Row[]): Promise<boolean> {
    let failed = false;
    for (const row of rows) {
      if (stopping.signal.aborted || !(await sendOne(row))) {
        failed = true;
        await store.release(row);
      }
    }
    return failed;
  }

  async function sendOne(row: Row): Promise<boolean> {
    try {
      await publisher.send(row);
    } catch (error) {
      log.warn({ err: error, messageId: row.messageId, type: row.type }, 'not sent, stays in the outbox');
      return false;
    }
    await store.markSent(row);
    return true;
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
