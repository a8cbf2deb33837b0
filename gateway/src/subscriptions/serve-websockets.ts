import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { type AppError, isAppError } from '@tributary/core';
import type { ExecutionArgs, ExecutionResult, FormattedExecutionResult } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Authenticate } from '../auth/authenticate.ts';
import type { Documents } from '../graph/documents.ts';
import { authorizationOf } from './authorization-of.ts';
import { isAllowedOrigin } from './is-allowed-origin.ts';
import { createOperations, type Operations } from './operations.ts';

const unauthorized = 4401;
const tryAgainLater = 1013;
const goingAway = 1001;
const pingMs = 60_000;
const closeTimeoutMs = 2_000;

/**
 * Serves graphql-ws on `/graphql` of an HTTP server. A token that is not valid, or no longer, closes the socket with
 * 4401 and the reason; one that cannot be checked at the moment with 1013. Pages of other origins are refused with 403.
 * The result closes all sockets with 1001.
 */
export function serveWebSockets(options: {
  http: Server;
  authenticate: Authenticate;
  operations: Omit<Parameters<typeof createOperations>[0], 'context'>;
  documents: Documents;
  maxMessageBytes: number;
  /** Pages of other origins than the gateway's own that may connect. */
  allowedOrigins: readonly string[];
}): () => Promise<void> {
  const { authenticate } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: options.maxMessageBytes });
  options.http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const { pathname } = new URL(request.url ?? '/', 'http://gateway');
    if (pathname !== '/graphql') socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
    else if (!isAllowedOrigin(request, options.allowedOrigins)) socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    else sockets.handleUpgrade(request, socket, head, (webSocket) => sockets.emit('connection', webSocket, request));
  });

  const bySocket = new WeakMap<WebSocket, Operations>();
  const byOperation = new WeakMap<ExecutionArgs, Operations>();

  const server = useServer<Record<string, unknown>, { socket: WebSocket }>(
    {
      async onConnect({ connectionParams, extra: { socket } }) {
        const authorization = authorizationOf(connectionParams);
        try {
          await authenticate(authorization);
        } catch (error) {
          if (!isAppError(error)) throw error;
          refuse(socket, error);
          return false;
        }
        const operations = createOperations({
          ...options.operations,
          async context(signal) {
            try {
              return { ...(await authenticate(authorization)), requestId: randomUUID(), signal };
            } catch (error) {
              if (isAppError(error, 'UNAUTHENTICATED')) refuse(socket, error);
              throw error;
            }
          },
        });
        bySocket.set(socket, operations);
        return true;
      },
      onSubscribe({ extra }, _id, payload) {
        const operations = known(bySocket, extra.socket);
        const prepared = options.documents.prepare(payload);
        if ('document' in prepared) byOperation.set(prepared, operations);
        return prepared;
      },
      // Results are formatted already, as plain objects; the library's types want GraphQLError objects in them.
      subscribe: (args) => known(byOperation, args).subscribe(args) as AsyncIterableIterator<ExecutionResult>,
      execute: (args) => known(byOperation, args).execute(args) as Promise<ExecutionResult>,
      onNext: (_context, _id, _payload, _args, result) => result as FormattedExecutionResult,
    },
    sockets,
    pingMs,
  );

  return async () => {
    for (const socket of sockets.clients) {
      socket.close(goingAway, 'going away');
      setTimeout(() => socket.terminate(), closeTimeoutMs).unref();
    }
    await server.dispose();
  };
}

function refuse(socket: WebSocket, error: AppError) {
  const code = error.code === 'UNAVAILABLE' ? tryAgainLater : unauthorized;
  socket.close(code, error.message);
}

function known<K extends object, V>(map: WeakMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new Error('An operation came before its connection was acknowledged');
  return value;
}
