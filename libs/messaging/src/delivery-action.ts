import type { Delivery, Handle, Outcome } from './broker.ts';
import { continueHeaders, deadLetterHeaders, readHistory, retryHeaders, type StoredMessage } from './headers.ts';
import { boundedDelayMs } from './topology.ts';

/** What a broker must do with a delivery. */
export type DeliveryAction =
  | { readonly type: 'ack' }
  | { readonly type: 'requeue' }
  | { readonly type: 'continue'; readonly headers: Record<string, unknown> }
  | { readonly type: 'retry'; readonly delayMs: number; readonly headers: Record<string, unknown> }
  | { readonly type: 'deadLetter'; readonly headers: Record<string, unknown> };

/** Has a message handled and turns the outcome into an action; the same for every broker. Never throws. */
export async function decideAction(
  message: StoredMessage,
  handle: Handle,
  signal: AbortSignal,
  now: () => Date,
): Promise<DeliveryAction> {
  const outcome = await getOutcome(message, handle, signal);
  if ('ack' in outcome) return { type: 'ack' };
  if (signal.aborted) return { type: 'requeue' };
  if ('continue' in outcome) return { type: 'continue', headers: continueHeaders(message) };
  if ('deadLetter' in outcome) {
    return { type: 'deadLetter', headers: deadLetterHeaders(message, outcome.deadLetter, now()) };
  }
  return {
    type: 'retry',
    delayMs: boundedDelayMs(outcome.retryInMs),
    headers: retryHeaders(message, outcome, now()),
  };
}

async function getOutcome(message: StoredMessage, handle: Handle, signal: AbortSignal): Promise<Outcome> {
  let delivery: Delivery;
  try {
    delivery = toDelivery(message);
  } catch (error) {
    return { deadLetter: { reason: `The message is not valid JSON: ${String(error)}` } };
  }
  try {
    return await handle(delivery, signal);
  } catch (error) {
    return { deadLetter: error instanceof Error ? toDeadLetter(error) : { reason: String(error) } };
  }
}

function toDelivery(message: StoredMessage): Delivery {
  const { attempt, waits, lastReason, routingKey } = readHistory(message);
  const { type, messageId, headers, content } = message;
  const body: unknown = JSON.parse(content.toString('utf8'));
  return { type, body, messageId, attempt, waits, lastReason, routingKey, headers };
}

const toDeadLetter = (error: Error) =>
  error.stack === undefined ? { reason: error.message } : { reason: error.message, stack: error.stack };
