import { type Clock, isAppError } from '@tributary/core';
import type { FormattedExecutionResult } from 'graphql';
import type { EventPage, LogEvent, ReadPage } from './event-page.ts';

const pollMs = 5_000;
const firstRetryMs = 250;

/**
 * Follows an event log by "a signal, then the log": every event after the cursor, once and in order, until the log has
 * ended. Nothing is read while the consumer has not taken what is there, so a slow one only lags. `return()` releases
 * the signal subscription at once, also while a read is under way; an async generator would wait for that read.
 */
export function followLog(options: {
  read: ReadPage;
  subscribe: (onSignal: () => void) => Promise<() => void>;
  after: number;
  clock: Clock;
}): AsyncIterableIterator<FormattedExecutionResult> {
  const { read, clock } = options;
  const done = { done: true, value: undefined } as const;
  const closed = new AbortController();
  let cursor = options.after;
  let page: EventPage = { events: [], isFull: false, endCursor: null };
  let hasNews = true;
  let failures = 0;
  let wake = () => {};
  let subscribed: Promise<void> | null = null;

  function onSignal() {
    hasNews = true;
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
    try {
      page = await read(cursor, closed.signal);
      hasNews ||= page.isFull;
      failures = 0;
    } catch (error) {
      hasNews = true;
      if (!isAppError(error, 'UNAVAILABLE')) throw error;
      await pause(Math.min(pollMs, firstRetryMs * 2 ** failures++));
    }
  }

  function take(event: LogEvent): IteratorResult<FormattedExecutionResult> {
    cursor = event.cursor;
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
        await pause(pollMs);
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
