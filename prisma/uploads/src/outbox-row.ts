import { type OutgoingMessage, serializeHeaders } from '@tributary/messaging';

/** The outbox row of a message about one upload; its message id stays the same however often it is sent. */
export function outboxRow(message: OutgoingMessage, uploadId: string, createdAt: Date) {
  const { messageId, type, routingKey, body } = message;
  const headers = serializeHeaders(message.headers);
  return { messageId, type, routingKey, uploadId, body: JSON.stringify(body), headers, createdAt };
}
