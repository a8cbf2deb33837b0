import { AppError } from '@tributary/core';
import type { EventContract } from '@tributary/events';
import type { z } from 'zod';

/** A message as a consumer gets it. */
export interface Delivery {
  readonly type: string;
  readonly body: unknown;
  readonly messageId: string;
  /** Starts at 1 and grows only by retries that count as an attempt. */
  readonly attempt: number;
  /** Retries in a row that did not count: how long this delivery has been waiting for something. */
  readonly waits: number;
  /** Why it was retried last, or null. */
  readonly lastReason: string | null;
  /** As published first: a retried delivery keeps it. */
  readonly routingKey: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** A message ready to be sent, as an outbox keeps it. */
export interface OutgoingMessage {
  readonly messageId: string;
  readonly type: string;
  readonly routingKey: string;
  readonly body: unknown;
  /** Whose trace it belongs to. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type Publish = <E extends EventContract>(
  event: E,
  body: z.input<E['body']>,
  options?: { messageId?: string },
) => Promise<void>;

export interface Publisher {
  /** Checks the body against its contract, then sends it. */
  readonly publish: Publish;
  /**
   * Sends persistently and mandatorily, and resolves only after the broker's confirm. Throws UNAVAILABLE at once while
   * disconnected or blocked, and when the message was refused or no queue is bound to its routing key.
   */
  send(message: OutgoingMessage): Promise<void>;
}

export interface QueueOptions {
  readonly name: string;
  readonly bindings: readonly string[];
  /** How many deliveries are handled at the same time. */
  readonly prefetch: number;
  /** Bindings that an earlier version of the worker declared, to be removed. */
  readonly formerBindings?: readonly string[];
  /** The queue whose dead-letter queue this one shares; without, it has its own. */
  readonly deadLettersWith?: string;
}

/**
 * The outcome of a delivery. A retry longer than 60 s waits 60 s; `reason` is kept with the message, and
 * `afterProgress` resets its history. `continue` puts the message back at the end of its own queue, as if published
 * just now.
 */
export type Outcome =
  | { readonly ack: true }
  | { readonly continue: true }
  | {
      readonly retryInMs: number;
      readonly countsAsAttempt: boolean;
      readonly reason?: string;
      readonly afterProgress?: boolean;
    }
  | { readonly deadLetter: { readonly reason: string; readonly stack?: string } };

/**
 * Decides a delivery's outcome; one that throws dead-letters it. The signal is aborted when the delivery was lost to
 * the broker or must be requeued: from then on only `ack` counts, any other outcome requeues the delivery unchanged.
 */
export type Handle = (delivery: Delivery, signal: AbortSignal) => Promise<Outcome>;

export interface StopOptions {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Consumer {
  /**
   * Takes no more and waits for deliveries in flight; after `timeoutMs` (default: no limit), or once `signal` is
   * aborted, it aborts the deliveries' signals and requeues those that do not end within a second.
   */
  stop(options?: StopOptions): Promise<void>;
}

/** The number of a worker's messages that are not in flight: ready, waiting for a retry, dead-lettered. */
export interface QueueDepths {
  readonly ready: number;
  readonly retry: number;
  readonly dead: number;
}

/** RabbitMQ, or its in-memory twin: delivery is at least once, in any order. */
export interface Broker extends Publisher {
  /** Declares the queue, its retry queues and `<name>.dead`, and resolves once deliveries flow; survives reconnects. */
  consume(queue: QueueOptions, handle: Handle): Promise<Consumer>;
  /** The depths of a queue and of those that share its dead-letter queue, summed; throws UNAVAILABLE while they are unknown. */
  depths(queue: string, sharing?: readonly string[]): Promise<QueueDepths>;
  /** Whether messages can be sent and received right now. */
  ready(): boolean;
  close(): Promise<void>;
}

/** UNAVAILABLE: RabbitMQ has the message and will not keep it. `returned` where no queue is bound to its routing key. */
export class PublishRejectedError extends AppError {
  readonly outcome: 'returned' | 'refused';

  constructor(outcome: 'returned' | 'refused', message: string, options?: { cause?: unknown }) {
    super('UNAVAILABLE', message, options);
    this.outcome = outcome;
  }
}
