/** A message as it lies in a queue. */
export interface StoredMessage {
  readonly content: Buffer;
  readonly type: string;
  readonly messageId: string;
  readonly routingKey: string;
  readonly headers: Readonly<Record<string, unknown>>;
}
