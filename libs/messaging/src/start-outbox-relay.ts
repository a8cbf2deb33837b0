import type { Clock, Log } from '@tributary/core';
import type { OutgoingMessage, Publisher } from './broker.ts';
import type { OutboxStore } from './outbox-store.ts';

export interface OutboxRelay {
  /** Sends what is waiting now; call it right after the commit. */
  nudge(): void;
  /** Sends no more, and waits for the message being sent. */
  stop(): Promise<void>;
}

interface OutboxRelayOptions<Row extends OutgoingMessage> {
  store: OutboxStore<Row>;
  publisher: Pick<Publisher, 'send'>;
  clock: Clock;
  log: Log;
  pollMs: number;
}
