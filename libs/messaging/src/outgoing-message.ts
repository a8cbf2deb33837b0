import { randomUUID } from 'node:crypto';
import type { EventContract } from '@tributary/events';
import { inSpan, traceHeaders } from '@tributary/tracing';
import type { z } from 'zod';
import type { OutgoingMessage } from './broker.ts';
import { eventsExchange } from './topology.ts';

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

/** Sends a message in a span below what it was made in, or next to it; `send` is given the headers that lead on from there. */
export function sendInSpan(
  { messageId, type, routingKey, headers = {} }: OutgoingMessage,
  send: (headers: Record<string, string>) => Promise<void>,
): Promise<void> {
  const attributes = {
    'messaging.system': 'rabbitmq',
    'messaging.operation.type': 'send',
    'messaging.destination.name': eventsExchange,
    'messaging.rabbitmq.destination.routing_key': routingKey,
    'messaging.message.id': messageId,
  };
  return inSpan(`send ${type}`, { kind: 'producer', from: headers, attributes }, () => send(traceHeaders()));
}
