export type {
  Broker,
  Consumer,
  Delivery,
  Handle,
  Outcome,
  OutgoingMessage,
  Publish,
  Publisher,
  QueueDepths,
  QueueOptions,
} from './broker.ts';
export { connectBroker } from './connect-broker.ts';
export { createMemoryBroker, type MemoryBroker } from './create-memory-broker.ts';
export { type DeadLetter, type DeadLetters, openDeadLetters } from './dead-letters.ts';
export { NotTaken } from './not-taken.ts';
export { type InspectableOutbox, mostCounted, type OutboxRow, type OutboxStore, putOffUntil } from './outbox-store.ts';
export { outgoingMessage } from './outgoing-message.ts';
export { type OutboxRelay, type SendOutcome, startOutboxRelay } from './start-outbox-relay.ts';
export { headersToStore, storedHeaders } from './stored-headers.ts';
