import type { OutgoingMessage } from './broker.ts';

/** The outbox table as the relay sees it. */
export interface OutboxStore<Row extends OutgoingMessage> {
  /**
   * Leases up to `limit` unsent rows, oldest first, for `leaseMs`, skipping rows that are locked (SKIP LOCKED), put off,
   * or leased by another relay. Committed before it resolves: no transaction stays open while the relay sends.
   */
  claim(limit: number, leaseMs: number): Promise<Row[]>;
  /** The broker confirmed the row's message. Called again after a crash in between: marking twice must change nothing. */
  markSent(row: Row): Promise<void>;
  /** Gives up the lease of a row that was not tried, or that nobody could have sent: any relay may take it at once. */
  release(row: Row): Promise<void>;
  /** Puts off a row the broker would not take, the longer the older it is, so that the rows behind it get their turn. */
  putOff(row: Row): Promise<void>;
}
