import { type Clock, isAppError } from '@tributary/core';
import { type Headers, openSpan, recordError } from '@tributary/tracing';
import type { FormattedExecutionResult } from 'graphql';
import { toGraphQLError } from '../errors.ts';
import type { EventPage, LogEvent, ReadPage } from './log-reader.ts';
import type { OnSignal } from './signals.ts';

const pollMs = 5_000;
const maxQuietMs = 20_000;
const firstRetryMs = 250;

/**
 * Follows an event log by "a signal, then the log": every event after the cursor, once and in order, until the log has
 * ended. Nothing is read until the consumer has taken the previous events, so a slow consumer only lags. `return()`
 * releases the signal subscription at once, also during a read; an async generator would wait for that read.
 */
export function streamEventLog(options: {
  read: ReadPage;
  subscribe: (onSignal: OnSignal) => Promise<() => void>;
  after: number;
  clock: Clock;
  /** Called with the delay between a signal and the delivery of its event. */
  lagged?: (ms: number) => void;
}): AsyncIterableIterator<FormattedExecutionResult> {
  const { read, clock } = options;
  const done = { done: true, value: undefined } as const;
  const closed = new AbortController();
  let cursor = options.after;
  let page: EventPage = { events: [], isFull: false, endCursor: null };
  let isDirty = true;
  // When the oldest unserved signal was published, and the signal that caused the current page.
  let signalledAt: number | null = null;
  let pageSignalledAt: number | null = null;
  // The longer a log rests, the less often it is polled: waiting subscribers must not slow down the work they wait for.
  let quietMs = pollMs;
  let failures = 0;
  let wake = () => {};
  let subscribed: Promise<void> | null = null;

  function onSignal(at = clock.now().getTime()) {
    isDirty = true;
    signalledAt ??= at;
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
    isDirty = false;
    pageSignalledAt = signalledAt ?? (page.isFull ? pageSignalledAt : null);
    signalledAt = null;
    try {
      page = await read(cursor, closed.signal);
      isDirty ||= page.isFull;
      failures = 0;
    } catch (error) {
      isDirty = true;
      signalledAt ??= pageSignalledAt;
      if (!isAppError(error, 'UNAVAILABLE')) throw error;
      await pause(Math.min(pollMs, firstRetryMs * 2 ** failures++));
    }
  }

  function take(event: LogEvent): IteratorResult<FormattedExecutionResult> {
    cursor = event.cursor;
    quietMs = pollMs;
    if (pageSignalledAt !== null) options.lagged?.(clock.now().getTime() - pageSignalledAt);
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
      if (isDirty) await readNext();
      else {
        await pause(quietMs);
        quietMs = isDirty ? pollMs : Math.min(2 * quietMs, maxQuietMs);
        isDirty = true;
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

/**
 * The same results, in a span that lasts as long as they do. Each result has its own span, from its arrival until the
 * client has taken it, linked to its cause, which `cause` returns as a `traceparent`.
 */
export function traceStream<T>(
  { field, operationName, from, cause }: StreamDescription,
  results: AsyncIterableIterator<T>,
): AsyncIterableIterator<T> {
  const attributes = { 'graphql.operation.type': 'subscription', 'graphql.operation.name': operationName };
  const { span, run } = openSpan('subscription', { kind: 'server', attributes, ...(from ? { from } : {}) });
  let handOver: () => void = () => undefined;

  function end() {
    handOver();
    span.end();
  }

  async function next() {
    handOver();
    handOver = () => undefined;
    try {
      const result = await results.next();
      if (result.done) end();
      else handOver = endOf(openSpan(`deliver ${field}`, { kind: 'producer', links: [cause()] }).span);
      return result;
    } catch (error) {
      recordError(span, error);
      end();
      throw error;
    }
  }

  return {
    next: () => run(next),
    async return() {
      end();
      return (await results.return?.()) ?? { done: true, value: undefined };
    },
    async throw(error) {
      end();
      if (results.throw) return results.throw(error);
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

interface StreamDescription {
  readonly field: string;
  readonly operationName: string | undefined;
  /** Headers that may carry a trace context; without one, the active span is the parent. */
  readonly from: Headers | undefined;
  readonly cause: () => string | null;
}

const endOf = (span: { end(): void }) => () => span.end();

/**
 * An iterator that rejects at once: graphql-ws reports that for the one operation, while a throw would close the whole
 * socket.
 */
export function createRejectedIterator<T>(error: unknown): AsyncIterableIterator<T> {
  return {
    next: () => Promise.reject(isAppError(error) ? toGraphQLError(error) : error),
    return: async () => ({ done: true, value: undefined }),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
