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
export { connectBroker } from './connect-broker.ts';
export { createMemoryBroker, type MemoryBroker } from './create-memory-broker.ts';
export { type OutboxRow, type OutboxStore, putOffUntil } from './outbox-store.ts';
export { outgoingMessage } from './outgoing-message.ts';
export { type OutboxRelay, startOutboxRelay } from './start-outbox-relay.ts';
