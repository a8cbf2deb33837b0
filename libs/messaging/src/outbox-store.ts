import type { OutgoingMessage } from './broker.ts';

/** The outbox table as the relay sees it. */
export interface OutboxStore<Row extends OutgoingMessage> {
  /**
   * Leases up to `limit` unsent rows, oldest first, for `leaseMs`, skipping rows that are locked (SKIP LOCKED) or
   * leased by another relay. Committed before it resolves: no transaction stays open while the relay sends.
   */
  claim(limit: number, leaseMs: number): Promise<Row[]>;
  /** The broker confirmed the row's message. Called again after a crash in between: marking twice must change nothing. */
  markSent(row: Row): Promise<void>;
  /** Gives up the lease of a row that could not be sent, so that the next sweep takes it. */
  release(row: Row): Promise<void>;
}
