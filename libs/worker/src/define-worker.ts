import type { Clock, Log } from '@tributary/core';
import type { BodyOf, EventContract } from '@tributary/events';
import type { Broker, Publish } from '@tributary/messaging';
import type { Registry } from '@tributary/metrics';
import type { z } from 'zod';

/** One contract, or several. */
export type Consumed = EventContract | readonly EventContract[];

type Tagged<E> = E extends EventContract ? { readonly type: E['type']; readonly body: BodyOf<E> } : never;

/** One contract: its parsed body. Several: `{ type, body }`, distinguished by `type`. */
export type MessageOf<C extends Consumed> = C extends EventContract
  ? BodyOf<C>
  : C extends readonly EventContract[]
    ? Tagged<C[number]>
    : never;

/** What the runtime gives to every handling of a message, beside the worker's own dependencies. */
export interface HandlingContext {
  /** Resolves after the broker's confirm, so what was published survives the ack that follows. */
  readonly publish: Publish;
  /** Carries worker, message and upload id. */
  readonly log: Log;
  /** Aborted when the worker must stop or has lost the delivery: end soon, it will be delivered again. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** 1 to 5; waiting for something unavailable does not count. */
  readonly attempt: number;
  readonly messageId: string;
  /** Reports saved progress from which a next delivery continues: attempts and waits start again from zero. */
  markProgress(): void;
  /**
   * True once the delivery has been in flight for as long as one should be: save the progress, and throw
   * `ContinueLater`.
   */
  shouldYield(): boolean;
  /** As published: for a family such as `*.work.completed`, the type of one worker. */
  readonly messageType: string;
}

/** A queue for a part of a worker's messages. */
export interface SeparateQueue {
  readonly consumes: readonly EventContract[];
  readonly prefetch: number;
}

/** Why a message waits and when it is tried again. */
export interface Delay {
  readonly reason: string;
  readonly retryInMs: number;
}

/** What `connect` receives from the process that runs the worker. */
export interface ConnectContext {
  /** Registers how a dependency is closed; closes run in reverse order. */
  onClose(close: () => Promise<unknown> | unknown): void;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics: Registry;
  /** The worker's broker, for messages that no delivery leads to. */
  readonly broker: Pick<Broker, 'publish' | 'send' | 'ready'>;
}

/** Written as a method, so that a definition with its own dependencies is a definition, as its other functions are. */
type Check<D> = { ping(dependencies: D): Promise<unknown> }['ping'];

export interface WorkerDefinition<
  C extends Consumed = Consumed,
  S extends z.ZodObject = z.ZodObject,
  D extends object = object,
> {
  /** The folder's name, and the queue's. */
  readonly name: string;
  readonly consumes: C;
  /** The kinds of upload that the worker processes: it gets the messages of no other kind. */
  readonly kinds?: readonly { readonly name: string }[];
  /** Messages handled at the same time. */
  readonly prefetch: number;
  /**
   * Some of `consumes` that must not wait behind the others: each entry is a queue `<worker>.<name>` with its own prefetch. All share
   * the worker's dead-letter queue.
   */
  readonly separateQueues?: Readonly<Record<string, SeparateQueue>>;
  /** The worker's part of the environment. */
  readonly config: S;
  /**
   * Opens what `handle` needs. While it throws UNAVAILABLE it is called again; closes run in reverse order. What is to be
   * measured of it is added to `metrics` here, so that `handle` knows nothing of it.
   */
  connect(config: z.output<S>, context: ConnectContext): Promise<D> | D;
  /**
   * Does the work: safe to run twice and out of order. Returning acks. Throwing UNAVAILABLE waits and tries again
   * without end; anything else is tried 5 times without progress and then dead-lettered. Throwing `Continue` goes on in
   * a new delivery, `SetAside` dead-letters at once. The user's faults are published, not thrown.
   */
  handle(message: MessageOf<C>, dependencies: D & HandlingContext): Promise<void>;
  /** Called when a message starts to wait, or waits for another reason than before; what it throws is only logged. */
  onDelayed?(message: MessageOf<C>, delay: Delay, dependencies: D & HandlingContext): Promise<void>;
  /** Called before a message is dead-lettered. While it throws UNAVAILABLE the message waits instead; anything else is only logged. */
  onDeadLettered?(message: MessageOf<C>, dependencies: D & HandlingContext): Promise<void>;
  /**
   * The required dependencies by the name an operator reads. Each check throws while its dependency is unavailable; it
   * may hang. RabbitMQ is checked by the runtime.
   */
  readonly checks?: Readonly<Record<string, Check<D>>>;
}

/** Declares a worker: pure data, all types inferred. */
export function defineWorker<const C extends Consumed, S extends z.ZodObject, D extends object>(
  definition: WorkerDefinition<C, S, D>,
): WorkerDefinition<C, S, D> {
  return definition;
}
