import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { settings, wholeNumber } from '@tributary/core';

export interface Drain {
  /** Asks every client to go, by `Connection: close` on each answer, while requests are still taken; resolves after `delayMs`. */
  beginDrain(delayMs: number): Promise<void>;
  /**
   * Takes no new connection, ends the idle ones, waits for the requests in flight, and resolves when every connection
   * is closed. After `withinMs` it closes the rest and resolves with the number of those connections.
   */
  finish(withinMs: number): Promise<number>;
}

interface Connection {
  inFlight: Set<ServerResponse>;
  openedAt: number;
  /** What it had sent when it last became idle: more means that a request is arriving. */
  readWhenIdle: number;
}

const sweepEveryMs = 50;
/** A connection just made brings a request, most likely. */
const freshMs = 1_000;

/** Watches a server from before it listens, so that it can end without breaking a request. What was upgraded is another's to end. */
export function prepareDrain(server: Server): Drain {
  const connections = new Map<Socket, Connection>();
  let isDraining = false;

  server.on('connection', (socket) => {
    connections.set(socket, { inFlight: new Set(), openedAt: performance.now(), readWhenIdle: 0 });
    socket.once('close', () => connections.delete(socket));
  });
  server.on('upgrade', (_request, socket: Socket) => connections.delete(socket));
  server.prependListener('request', ({ socket }, response) => {
    const connection = connections.get(socket);
    connection?.inFlight.add(response);
    if (isDraining) response.setHeader('connection', 'close');
    response.once('close', () => {
      connection?.inFlight.delete(response);
      if (connection) connection.readWhenIdle = socket.bytesRead;
    });
  });

  function endIdle(): void {
    for (const [socket, { inFlight, openedAt, readWhenIdle }] of connections) {
      const isFresh = readWhenIdle === 0 && performance.now() - openedAt < freshMs;
      if (inFlight.size === 0 && socket.bytesRead === readWhenIdle && !isFresh) socket.destroySoon();
    }
  }

  return {
    async beginDrain(delayMs) {
      isDraining = true;
      for (const { inFlight } of connections.values()) {
        for (const response of inFlight) if (!response.headersSent) response.setHeader('connection', 'close');
      }
      if (delayMs === 0) return;
      await pause(delayMs);
      // What has arrived meanwhile is read before anything idle is ended.
      await turn();
    },
    async finish(withinMs) {
      let forceClosed = 0;
      const closed = new Promise((resolve) => server.close(resolve));
      endIdle();
      const sweep = setInterval(endIdle, sweepEveryMs);
      const deadline = setTimeout(() => {
        forceClosed = connections.size;
        for (const socket of connections.keys()) socket.destroy();
      }, withinMs);
      await closed;
      clearInterval(sweep);
      clearTimeout(deadline);
      return forceClosed;
    },
  };
}

/** What an HTTP process reads from its environment about its end. */
export const shutdownConfig = {
  DRAIN_DELAY_MS: wholeNumber(0, 60_000)
    .default(0)
    .describe(
      'After SIGTERM, how long requests are still accepted while readiness is 503 and responses say `Connection: close`. A load balancer needs this time to notice; Kubernetes: 5000.',
    ),
  SHUTDOWN_TIMEOUT_MS: settings.shutdownTimeoutMs,
};

export interface ShutdownBudget {
  /** How long requests are still taken after the process has said that it goes. */
  delayMs: number;
  /** How long requests in flight may take after that. */
  finishMs: number;
}

/** The end of the time to shut down belongs to closing what is behind the server. */
const closingMs = 5_000;

export function shutdownBudget(env: { DRAIN_DELAY_MS: number; SHUTDOWN_TIMEOUT_MS: number }): ShutdownBudget {
  const delayMs = Math.min(env.DRAIN_DELAY_MS, env.SHUTDOWN_TIMEOUT_MS / 2);
  return { delayMs, finishMs: Math.max(env.SHUTDOWN_TIMEOUT_MS - delayMs - closingMs, env.SHUTDOWN_TIMEOUT_MS / 4) };
}
