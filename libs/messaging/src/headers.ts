import { pickTraceHeaders } from '@tributary/tracing';
import { z } from 'zod';

/** A message as it lies in a queue. */
export interface StoredMessage {
  readonly content: Buffer;
  readonly type: string;
  readonly messageId: string;
  readonly routingKey: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** The history that travels with a message. The broker's own counts (`x-…`) also count dropped connections: not used. */
export interface History {
  readonly attempt: number;
  readonly waits: number;
  readonly lastReason: string | null;
  readonly routingKey: string;
  readonly attemptedAt: readonly string[];
}

const maxHeaderText = 4_000;
const maxAttemptTimes = 20;

/** Reads a message's history; a message without one is on its first attempt. */
export function readHistory({ headers, routingKey }: Pick<StoredMessage, 'headers' | 'routingKey'>): History {
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
  return { ...pickTraceHeaders(message.headers), 'tributary-routing-key': readHistory(message).routingKey };
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
  const { routingKey } = readHistory(message);
  const history = readHistory(afterProgress ? { headers: {}, routingKey } : message);
  return {
    ...withoutBrokerHeaders(message.headers),
    'tributary-attempt': countsAsAttempt ? history.attempt + 1 : history.attempt,
    'tributary-waits': countsAsAttempt ? 0 : history.waits + 1,
    'tributary-reason': (reason ?? '').slice(0, maxHeaderText),
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
  const history = readHistory(message);
  return {
    ...withoutBrokerHeaders(message.headers),
    'tributary-error': reason.slice(0, maxHeaderText),
    'tributary-stack': (stack ?? '').slice(0, maxHeaderText),
    'tributary-routing-key': history.routingKey,
    'tributary-attempted-at': attemptTimes(history, now),
  };
}

const attemptTimes = ({ attemptedAt }: History, now: Date) =>
  [...attemptedAt, now.toISOString()].slice(-maxAttemptTimes);

const withoutBrokerHeaders = (headers: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('x-')));

const wholeNumberOr = (fallback: number, value: unknown) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : fallback;

const textOrNull = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);

const asTexts = (value: unknown) =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

const headersSchema = z.record(z.string(), z.string());

/** A message's headers as an outbox keeps them: JSON, or null where there are none. */
export function serializeHeaders(given: Readonly<Record<string, string>> | undefined): string | null {
  return given === undefined ? null : JSON.stringify(given);
}

/** What was kept. What cannot be read counts as none: a message is worth more than its trace. */
export function parseHeaders(kept: string | null): Record<string, string> {
  try {
    return headersSchema.parse(JSON.parse(kept ?? '{}'));
  } catch {
    return {};
  }
}
