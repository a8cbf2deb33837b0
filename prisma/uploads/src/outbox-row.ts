import type { OutgoingMessage } from '@tributary/messaging';

/** The outbox row of a message about one upload; its message id stays the same however often it is sent. */
export function outboxRow({ messageId, type, routingKey, body }: OutgoingMessage, uploadId: string, createdAt: Date) {
  return { messageId, type, routingKey, uploadId, body: JSON.stringify(body), createdAt };
}
