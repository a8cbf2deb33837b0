import { inSpan, traceHeaders } from '@tributary/tracing';
import type { OutgoingMessage } from './broker.ts';
import { eventsExchange } from './topology.ts';

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
