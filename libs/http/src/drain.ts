import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';

export interface Drain {
  /** Asks every client to go, by `Connection: close` on each answer, while requests are still taken; resolves after `delayMs`. */
  announce(delayMs: number): Promise<void>;
  /**
   * Takes no new connection, ends the idle ones, waits for the requests in hand, and resolves when every connection is closed.
   * After `withinMs` it cuts what is left and resolves with the number of those connections.
   */
  finish(withinMs: number): Promise<number>;
}

interface Connection {
  inHand: Set<ServerResponse>;
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
  let isLeaving = false;

  server.on('connection', (socket) => {
    connections.set(socket, { inHand: new Set(), openedAt: performance.now(), readWhenIdle: 0 });
    socket.once('close', () => connections.delete(socket));
  });
  server.on('upgrade', (_request, socket: Socket) => connections.delete(socket));
  server.prependListener('request', ({ socket }, response) => {
    const connection = connections.get(socket);
    connection?.inHand.add(response);
    if (isLeaving) response.setHeader('connection', 'close');
    response.once('close', () => {
      connection?.inHand.delete(response);
      if (connection) connection.readWhenIdle = socket.bytesRead;
    });
  });

  function endIdle(): void {
    for (const [socket, { inHand, openedAt, readWhenIdle }] of connections) {
      const isFresh = readWhenIdle === 0 && performance.now() - openedAt < freshMs;
      if (inHand.size === 0 && socket.bytesRead === readWhenIdle && !isFresh) socket.destroySoon();
    }
  }

  return {
    async announce(delayMs) {
      isLeaving = true;
      for (const { inHand } of connections.values()) {
        for (const response of inHand) if (!response.headersSent) response.setHeader('connection', 'close');
      }
      if (delayMs === 0) return;
      await pause(delayMs);
      // What has arrived meanwhile is read before anything idle is ended.
      await turn();
    },
    async finish(withinMs) {
      let cut = 0;
      const closed = new Promise((resolve) => server.close(resolve));
      endIdle();
      const sweep = setInterval(endIdle, sweepEveryMs);
      const deadline = setTimeout(() => {
        cut = connections.size;
        for (const socket of connections.keys()) socket.destroy();
      }, withinMs);
      await closed;
      clearInterval(sweep);
      clearTimeout(deadline);
      return cut;
    },
  };
}
