import type { Delivery, Handle, Outcome } from './broker.ts';
import { continueHeaders, deadLetterHeaders, historyOf, retryHeaders } from './delivery-headers.ts';
import { boundedDelayMs } from './retry-schedule.ts';
import type { StoredMessage } from './stored-message.ts';

/** What a broker must do with a delivery. */
export type Decision =
  | { readonly do: 'ack' }
  | { readonly do: 'handBack' }
  | { readonly do: 'continue'; readonly headers: Record<string, unknown> }
  | { readonly do: 'retry'; readonly delayMs: number; readonly headers: Record<string, unknown> }
  | { readonly do: 'deadLetter'; readonly headers: Record<string, unknown> };

/** Has a message handled and turns the outcome into a decision; the same for every broker. Never throws. */
export async function decide(
  message: StoredMessage,
  handle: Handle,
  signal: AbortSignal,
  now: () => Date,
): Promise<Decision> {
  const outcome = await outcomeOf(message, handle, signal);
  if ('ack' in outcome) return { do: 'ack' };
  if (signal.aborted) return { do: 'handBack' };
  if ('continue' in outcome) return { do: 'continue', headers: continueHeaders(message) };
  if ('deadLetter' in outcome) {
    return { do: 'deadLetter', headers: deadLetterHeaders(message, outcome.deadLetter, now()) };
  }
  return {
    do: 'retry',
    delayMs: boundedDelayMs(outcome.retryInMs),
    headers: retryHeaders(message, outcome, now()),
  };
}

async function outcomeOf(message: StoredMessage, handle: Handle, signal: AbortSignal): Promise<Outcome> {
  let delivery: Delivery;
  try {
    delivery = deliveryOf(message);
  } catch (error) {
    return { deadLetter: { reason: `The message is not valid JSON: ${String(error)}` } };
  }
  try {
    return await handle(delivery, signal);
  } catch (error) {
    return { deadLetter: error instanceof Error ? deadLetterOf(error) : { reason: String(error) } };
  }
}

function deliveryOf(message: StoredMessage): Delivery {
  const { attempt, waits, lastReason, routingKey } = historyOf(message);
  const { type, messageId, headers, content } = message;
  const body: unknown = JSON.parse(content.toString('utf8'));
  return { type, body, messageId, attempt, waits, lastReason, routingKey, headers };
}

const deadLetterOf = (error: Error) =>
  error.stack === undefined ? { reason: error.message } : { reason: error.message, stack: error.stack };
