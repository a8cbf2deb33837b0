import type { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { Socket } from 'node:net';

/**
 * Catches exceptions of a connection's listeners, closes that connection and reports the error: events of the server
 * that concern one connection, and those of its socket, requests and responses. Call it before the server listens.
 */
export function guardConnections(server: Server, failed: (error: unknown) => void): void {
  const guarded = new WeakSet<object>();
  const emitter: EventEmitter = server;
  const emit: Emit = emitter.emit;
  emitter.emit = (name: string | symbol, ...values: unknown[]) => {
    const socket = values.map(toSocket).find((each) => each !== undefined);
    if (socket === undefined) return emit.call(emitter, name, ...values);
    const close = (error: unknown) => {
      failed(error);
      socket.destroy();
    };
    for (const value of values) {
      if (!isEmitter(value) || guarded.has(value)) continue;
      guarded.add(value);
      guardEvents(value, close);
    }
    try {
      return emit.call(emitter, name, ...values);
    } catch (error) {
      close(error);
      return true;
    }
  };
}

type Emit = (this: EventEmitter, name: string | symbol, ...values: unknown[]) => boolean;

/** Passes exceptions of this emitter's listeners to `failed`, and also an `error` event without a listener. */
export function guardEvents(emitter: EventEmitter, failed: (error: unknown) => void): void {
  const emit: Emit = emitter.emit;
  emitter.emit = (name: string | symbol, ...values: unknown[]) => {
    try {
      return emit.call(emitter, name, ...values);
    } catch (error) {
      failed(error);
      return true;
    }
  };
}

function toSocket(value: unknown): Socket | undefined {
  if (value instanceof Socket) return value;
  const socket: unknown = Object(value).socket;
  return socket instanceof Socket ? socket : undefined;
}

function isEmitter(value: unknown): value is EventEmitter {
  return typeof Object(value).emit === 'function';
}
