import type { FormattedExecutionResult } from 'graphql';

/** What one event tells a subscriber, and its place in the log. */
export interface LogEvent {
  cursor: number;
  result: FormattedExecutionResult;
}

/** The events after a cursor, at most one page of them. */
export interface EventPage {
  events: LogEvent[];
  /** More events may follow at once. */
  isFull: boolean;
  /** The log has ended, and this is the cursor of its last event; null while it goes on. */
  endCursor: number | null;
}

/** Reads the page after a cursor. Throws UNAVAILABLE to be asked again later, anything else to end the stream with it. */
export type ReadPage = (after: number, signal: AbortSignal) => Promise<EventPage>;
