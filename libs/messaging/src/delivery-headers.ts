import { pickTraceHeaders } from '@tributary/tracing';
import type { StoredMessage } from './stored-message.ts';

/** The history that travels with a message. The broker's own counts (`x-…`) also count dropped connections: not used. */
export interface History {
  readonly attempt: number;
  readonly waits: number;
  readonly lastReason: string | null;
  readonly routingKey: string;
  readonly attemptedAt: readonly string[];
}

const longestTextInHeader = 4_000;
const attemptsKept = 20;

/** Reads a message's history; a message without one is on its first attempt. */
export function historyOf({ headers, routingKey }: Pick<StoredMessage, 'headers' | 'routingKey'>): History {
  return {
    attempt: wholeNumberOr(1, headers['tributary-attempt']),
    waits: wholeNumberOr(0, headers['tributary-waits']),
    lastReason: textOrNull(headers['tributary-reason']),
    routingKey: textOrNull(headers['tributary-routing-key']) ?? routingKey,
    attemptedAt: asTexts(headers['tributary-attempted-at']),
  };
}

/** Headers for going on with the rest: its trace and no history, as when it was published; only the routing key is no longer its own. */
export function continueHeaders(message: Pick<StoredMessage, 'headers' | 'routingKey'>): Record<string, unknown> {
  return { ...pickTraceHeaders(message.headers), 'tributary-routing-key': historyOf(message).routingKey };
}

/**
 * Headers for the next try: an attempt that counts ends the row of waits, a wait leaves the attempts as they are. After
 * progress both are counted from here on.
 */
export function retryHeaders(
  message: Pick<StoredMessage, 'headers' | 'routingKey'>,
  {
    countsAsAttempt,
    reason,
    afterProgress = false,
  }: { countsAsAttempt: boolean; reason?: string; afterProgress?: boolean },
  now: Date,
): Record<string, unknown> {
  const { routingKey } = historyOf(message);
  const history = historyOf(afterProgress ? { headers: {}, routingKey } : message);
  return {
    ...carriedOver(message.headers),
    'tributary-attempt': countsAsAttempt ? history.attempt + 1 : history.attempt,
    'tributary-waits': countsAsAttempt ? 0 : history.waits + 1,
    'tributary-reason': (reason ?? '').slice(0, longestTextInHeader),
    'tributary-routing-key': routingKey,
    'tributary-attempted-at': countsAsAttempt ? attemptTimes(history, now) : [...history.attemptedAt],
  };
}

/** Headers for the person who looks into the dead-letter queue: what went wrong, where, when, and how to replay it. */
export function deadLetterHeaders(
  message: Pick<StoredMessage, 'headers' | 'routingKey'>,
  { reason, stack }: { reason: string; stack?: string },
  now: Date,
): Record<string, unknown> {
  const history = historyOf(message);
  return {
    ...carriedOver(message.headers),
    'tributary-error': reason.slice(0, longestTextInHeader),
    'tributary-stack': (stack ?? '').slice(0, longestTextInHeader),
    'tributary-routing-key': history.routingKey,
    'tributary-attempted-at': attemptTimes(history, now),
  };
}

const attemptTimes = ({ attemptedAt }: History, now: Date) => [...attemptedAt, now.toISOString()].slice(-attemptsKept);

const carriedOver = (headers: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('x-')));

const wholeNumberOr = (fallback: number, value: unknown) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : fallback;

const textOrNull = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);

const asTexts = (value: unknown) =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
