import { type Log, systemClock, unavailable } from '@tributary/core';
import { type ChannelModel, connect, type RecoveringChannelModel } from 'amqplib';
import { settlesWithin } from './drain.ts';

export interface Connection {
  ready(): boolean;
  /** Resolves once connected and set up for the first time, or rejects when closed before. */
  connected: Promise<unknown>;
  /** Sets up on the connection there is, if there is one. */
  model(): ChannelModel | null;
  close(): Promise<void>;
}

const heartbeatSeconds = '10';
const connectTimeoutMs = 10_000;
const closeTimeoutMs = 1_000;

/**
 * Connects to RabbitMQ and again after every loss, for as long as it takes. `setUp` runs on each new connection before
 * it counts as ready. A channel that dies takes its connection with it (`model.close`), so there is one way to recover.
 */
export async function openConnection(options: {
  url: string;
  name: string;
  log: Log;
  setUp: (model: ChannelModel) => Promise<void>;
  onLost: (reason: Error) => void;
}): Promise<Connection> {
  const { log, name } = options;
  let current: ChannelModel | null = null;
  let blocked = false;

  const connection = await connect(withHeartbeat(options.url), {
    timeout: connectTimeoutMs,
    noDelay: true,
    clientProperties: { connection_name: name },
    recovery: {
      waitForConnect: false,
      initialDelay: 200,
      maxDelay: 2_000,
      async setup(model: ChannelModel) {
        model.on('error', () => undefined);
        model.on('handler-error', (error, event) => log.error({ err: error, event }, 'amqplib listener failed'));
        let closed = false;
        model.on('close', () => {
          closed = true;
        });
        await options.setUp(model);
        // amqplib listens for the close only from here on: without this it would take a dead connection for a live one.
        if (closed) throw unavailable('The connection was lost while it was set up.');
      },
    },
  });
  listen(connection);
  const connected = connection.waitForConnect();
  connected.catch(() => undefined);

  function listen(target: RecoveringChannelModel) {
    target.on('connect', (model: ChannelModel) => {
      current = model;
      log.info({ connection: name }, 'RabbitMQ connected');
    });
    target.on('disconnect', (error: Error) => {
      log.warn({ connection: name, reason: error.message }, 'RabbitMQ disconnected');
      lost(error);
    });
    target.on('reconnect-scheduled', ({ attempt, delay, error }) =>
      log.warn({ connection: name, attempt, delayMs: delay, reason: error.message }, 'RabbitMQ unavailable, retrying'),
    );
    target.on('blocked', (reason: string) => {
      blocked = true;
      log.warn({ connection: name, reason }, 'RabbitMQ publishing blocked');
      options.onLost(unavailable('RabbitMQ takes no messages for now.', { cause: reason }));
    });
    target.on('unblocked', () => {
      blocked = false;
      log.info({ connection: name }, 'RabbitMQ publishing unblocked');
    });
    target.on('error', (error: Error) =>
      log.warn({ connection: name, reason: error.message }, 'RabbitMQ connection error'),
    );
  }

  /** Its words stay the same whatever the network said: they become the reason of a message that waits. */
  function lost(cause: Error) {
    current = null;
    blocked = false;
    options.onLost(unavailable('RabbitMQ is not connected.', { cause }));
  }

  return {
    connected,
    ready: () => current !== null && !blocked,
    model: () => current,
    async close() {
      lost(new Error('closed'));
      // A server that is stuck does not answer the goodbye.
      await settlesWithin(connection.close(), { ms: closeTimeoutMs, clock: systemClock });
    },
  };
}

function withHeartbeat(url: string): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', heartbeatSeconds);
  return parsed.href;
}
