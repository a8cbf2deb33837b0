import { randomUUID } from 'node:crypto';
import type { EventContract } from '@tributary/events';
import type { z } from 'zod';
import type { OutgoingMessage } from './broker.ts';

/** Checks a body against its contract and makes the message of it; throws a ZodError, since a wrong body is a bug. */
export function outgoingMessage<E extends EventContract>(
  event: E,
  body: z.input<E['body']>,
  { messageId = randomUUID() }: { messageId?: string } = {},
): OutgoingMessage {
  const parsed = event.body.parse(body);
  return { messageId, type: event.type, routingKey: event.routingKey(parsed), body: parsed };
}
