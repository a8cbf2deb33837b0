export type {
  Broker,
  Consumer,
  Delivery,
  Handle,
  Outcome,
  OutgoingMessage,
  Publish,
  Publisher,
  QueueOptions,
} from './broker.ts';
export type { OutboxStore } from './outbox-store.ts';
export { outgoingMessage } from './outgoing-message.ts';
export type { OutboxRelay } from './start-outbox-relay.ts';
