import type { OutgoingMessage } from './broker.ts';

/** A message that waits in an outbox. */
export interface OutboxRow extends OutgoingMessage {
  readonly id: bigint;
  readonly createdAt: Date;
  /** Until when it was claimed: a process that claims it after that writes another time here. */
  readonly claimedUntil: Date | null;
}

/** More messages than these are not counted, to keep a look cheap. */
export const maxCounted = 100_000;

/** The content of an outbox: the number of messages, at most `maxCounted`, and the age of the oldest; null for none. */
interface OutboxContents {
  readonly messages: number;
  readonly oldestAt: Date | null;
}

/** The outbox table as the relay sees it. */
export interface OutboxStore<Row extends OutgoingMessage> {
  /**
   * Leases up to `limit` unsent rows, oldest first, for `leaseMs`, skipping rows that are locked (SKIP LOCKED), put off,
   * or leased by another relay. Committed before it resolves: no transaction stays open while the relay sends.
   */
  claim(limit: number, leaseMs: number): Promise<Row[]>;
  /**
   * The broker confirmed the row's message. Called for many rows at a time, which may be marked in one transaction, and again
   * after a crash in between: marking twice must change nothing. One that cannot be marked must not keep others from it.
   */
  markSent(row: Row): Promise<void>;
  /** Gives up the lease of a row that was not tried, or that nobody could have sent: any relay may take it at once. */
  release(row: Row): Promise<void>;
  /** Puts off a row the broker would not take, the longer the older it is, so that the rows behind it get their turn. */
  postpone(row: Row): Promise<void>;
}

const minPostponeMs = 1_000;
const maxPostponeMs = 30_000;

/** A quarter of its age: a queue that is bound soon gets its messages soon, and a thousand without one are no hot loop. */
export function nextAttemptAt(createdAt: Date, now: Date): Date {
  const quarterMs = (now.getTime() - createdAt.getTime()) / 4;
  return new Date(now.getTime() + Math.min(Math.max(quarterMs, minPostponeMs), maxPostponeMs));
}

/** An outbox that can be looked into. */
export interface InspectableOutbox<Row extends OutgoingMessage> extends OutboxStore<Row> {
  contents(): Promise<OutboxContents>;
}
