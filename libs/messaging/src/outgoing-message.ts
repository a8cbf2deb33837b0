import { randomUUID } from 'node:crypto';
import type { EventContract } from '@tributary/events';
import { traceHeaders } from '@tributary/tracing';
import type { z } from 'zod';
import type { OutgoingMessage } from './broker.ts';

/**
 * Checks a body against its contract and makes the message of it, as part of the trace of now, whenever it is sent; throws a
 * ZodError, since a wrong body is a bug.
 */
export function outgoingMessage<E extends EventContract>(
  event: E,
  body: z.input<E['body']>,
  { messageId = randomUUID() }: { messageId?: string } = {},
): OutgoingMessage {
  const parsed = event.body.parse(body);
  const headers = traceHeaders();
  const message = { messageId, type: event.type, routingKey: event.routingKey(parsed), body: parsed };
  return Object.keys(headers).length === 0 ? message : { ...message, headers };
}
