import { type Clock, isAppError } from '@tributary/core';
import type { FormattedExecutionResult } from 'graphql';
import type { EventPage, LogEvent, ReadPage } from './event-page.ts';
import type { OnSignal } from './signals.ts';

const pollMs = 5_000;
const longestQuietMs = 20_000;
const firstRetryMs = 250;

/**
 * Follows an event log by "a signal, then the log": every event after the cursor, once and in order, until the log has
 * ended. Nothing is read while the consumer has not taken what is there, so a slow one only lags. `return()` releases
 * the signal subscription at once, also while a read is under way; an async generator would wait for that read.
 */
export function followLog(options: {
  read: ReadPage;
  subscribe: (onSignal: OnSignal) => Promise<() => void>;
  after: number;
  clock: Clock;
  /** Hears of each event that a signal told of how long after it was handed on. */
  lagged?: (ms: number) => void;
}): AsyncIterableIterator<FormattedExecutionResult> {
  const { read, clock } = options;
  const done = { done: true, value: undefined } as const;
  const closed = new AbortController();
  let cursor = options.after;
  let page: EventPage = { events: [], isFull: false, endCursor: null };
  let hasNews = true;
  // When the oldest signal not yet read for was given, and the one that led to the page in hand.
  let saidAt: number | null = null;
  let pageSaidAt: number | null = null;
  // The longer a log rests, the less often it is looked at unasked: a crowd that waits must not slow down what it waits for.
  let quietMs = pollMs;
  let failures = 0;
  let wake = () => {};
  let subscribed: Promise<void> | null = null;

  function onSignal(at = clock.now().getTime()) {
    hasNews = true;
    saidAt ??= at;
    wake();
  }

  async function subscribe() {
    const unsubscribe = await options.subscribe(onSignal);
    if (closed.signal.aborted) unsubscribe();
    else closed.signal.addEventListener('abort', unsubscribe, { once: true });
  }

  async function pause(ms: number) {
    if (closed.signal.aborted) return;
    const waiting = new AbortController();
    wake = () => waiting.abort();
    await clock.sleep(ms, waiting.signal).catch(() => undefined);
    wake = () => {};
  }

  async function readNext() {
    hasNews = false;
    pageSaidAt = saidAt ?? (page.isFull ? pageSaidAt : null);
    saidAt = null;
    try {
      page = await read(cursor, closed.signal);
      hasNews ||= page.isFull;
      failures = 0;
    } catch (error) {
      hasNews = true;
      saidAt ??= pageSaidAt;
      if (!isAppError(error, 'UNAVAILABLE')) throw error;
      await pause(Math.min(pollMs, firstRetryMs * 2 ** failures++));
    }
  }

  function take(event: LogEvent): IteratorResult<FormattedExecutionResult> {
    cursor = event.cursor;
    quietMs = pollMs;
    if (pageSaidAt !== null) options.lagged?.(clock.now().getTime() - pageSaidAt);
    return { done: false, value: event.result };
  }

  function close() {
    closed.abort();
    page = { ...page, events: [] };
    wake();
    return done;
  }

  async function next(): Promise<IteratorResult<FormattedExecutionResult>> {
    subscribed ??= subscribe();
    await subscribed;
    while (!closed.signal.aborted) {
      const event = page.events.shift();
      if (event) return take(event);
      if (page.endCursor !== null && cursor >= page.endCursor) return close();
      if (hasNews) await readNext();
      else {
        await pause(quietMs);
        quietMs = hasNews ? pollMs : Math.min(2 * quietMs, longestQuietMs);
        hasNews = true;
      }
    }
    return done;
  }

  return {
    next: () =>
      next().catch((error: unknown) => {
        close();
        throw error;
      }),
    return: async () => close(),
    async throw(error) {
      close();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
