export { connectBroker } from './amqp-broker.ts';
export {
  type Broker,
  type Consumer,
  type Delivery,
  type Handle,
  type Outcome,
  type OutgoingMessage,
  type Publish,
  type Publisher,
  PublishRejectedError,
  type QueueDepths,
  type QueueOptions,
} from './broker.ts';
export { type DeadLetter, type DeadLetters, openDeadLetters } from './dead-letters.ts';
export { parseHeaders, serializeHeaders } from './headers.ts';
export { createMemoryBroker, type MemoryBroker } from './memory-broker.ts';
export { type OutboxRelay, type SendOutcome, startOutboxRelay } from './outbox-relay.ts';
export { type InspectableOutbox, maxCounted, nextAttemptAt, type OutboxRow, type OutboxStore } from './outbox-store.ts';
export { outgoingMessage } from './outgoing-message.ts';
