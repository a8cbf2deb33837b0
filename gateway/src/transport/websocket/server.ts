import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type AppError, type ErrorCode, isAppError, type Log } from '@tributary/core';
import {
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  getOperationAST,
} from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Authenticate } from '../../admission/authenticate.ts';
import type { Viewer } from '../../admission/caller.ts';
import { getClient, type Limits } from '../../admission/limits.ts';
import { addReason, toGraphQLError } from '../../errors.ts';
import type { GraphManager } from '../../graph/graph-manager.ts';
import type { OpenGraph } from '../../graph/open-graph.ts';
import { getOperation } from '../../graphql/ast.ts';
import { endingSafely } from '../../iterator-end.ts';
import type { GatewayMetrics } from '../../metrics/gateway-metrics.ts';
import type { OperationMetrics } from '../../metrics/operations.ts';
import { createOperations, type Operations } from '../../subscriptions/operations.ts';
import { guardEvents } from '../http/connection-guard.ts';
import { getAuthorization, isAllowedOrigin, isGraphqlPath, rejectUpgrade } from './upgrade.ts';

const unauthorized = 4401;
/** The only code of its kind on which graphql-ws clients reconnect. */
const forbidden = 4403;
const tryAgainLater = 1013;
const goingAway = 1001;
const tooManyRequests = 4429;
const closeTimeoutMs = 2_000;

/**
 * Serves graphql-ws on `/graphql` of an HTTP server. A token that is invalid when the client connects closes the socket
 * with 4401, on which clients stop; one that expires or is revoked later with 4403, on which they reconnect. A token
 * that cannot be checked right now, or too many sockets, close with 1013; too many sockets of a viewer with 4429. A
 * peer that does not answer a ping is cut off. Pages of other origins are refused with 403. The result closes all
 * sockets with 1001.
 */
export function serveWebSockets(options: {
  http: Server;
  authenticate: Authenticate;
  operations: Omit<Parameters<typeof createOperations>[0], 'context' | 'hold' | 'until'>;
  graphs: GraphManager;
  limits: Limits;
  maxMessageBytes: number;
  pingMs: number;
  /** Pages of other origins that may connect. */
  allowedOrigins: readonly string[];
  measures: GatewayMetrics;
  /** Counts and logs an unexpected error; exceptions in the server's `upgrade` event are caught there. */
  connectionFailed: (error: unknown) => void;
  /** Whether clients decide if their trace is sampled. */
  trustsTraceparent: boolean;
  log: Log;
}): () => Promise<void> {
  const { authenticate, limits, measures } = options;
  const { operations: measuredOperations } = measures;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: options.maxMessageBytes });
  options.http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    upgrade(request, socket, head);
  });

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
    if (!isGraphqlPath(request.url)) rejectUpgrade(socket, '404 Not Found');
    else if (!isAllowedOrigin(request, options.allowedOrigins)) {
      measuredOperations.refused('WEBSOCKET_ORIGINS');
      rejectUpgrade(socket, '403 Forbidden');
    } else sockets.handleUpgrade(request, socket, head, (webSocket) => open(webSocket, request));
  }

  /** Fails one operation; a throw would close the socket with all its operations. */
  function unexpected(error: unknown): GraphQLError {
    options.log.error({ err: error }, 'operation failed');
    return new GraphQLError('Internal server error', { extensions: addReason({ code: 'INTERNAL_SERVER_ERROR' }) });
  }

  function open(webSocket: WebSocket, request: IncomingMessage) {
    guardEvents(webSocket, (error) => {
      options.connectionFailed(error);
      webSocket.terminate();
    });
    measures.connections.opened(webSocket);
    webSocket.on('error', (error) => {
      const isTooLarge = 'code' in error && error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
      if (isTooLarge) measuredOperations.refused('MAX_BODY_BYTES');
    });
    sockets.emit('connection', webSocket, request);
  }

  function closeWithError(socket: WebSocket, error: AppError, code = closeCodes[error.code] ?? unauthorized) {
    measuredOperations.failed([error]);
    socket.close(code, error.message);
  }

  const bySocket = new WeakMap<
    WebSocket,
    {
      operations: Operations;
      check: (args: ExecutionArgs) => Promise<void>;
      register: (sent: { query?: string | null | undefined; extensions?: unknown }) => Promise<void>;
      address: string;
    }
  >();
  const byOperation = new WeakMap<
    ExecutionArgs,
    { operations: Operations; graph: OpenGraph; leave: () => void; measured: OperationMetrics }
  >();

  const server = useServer<Record<string, unknown>, { socket: WebSocket; request: IncomingMessage }>(
    {
      async onConnect({ connectionParams, extra: { socket, request } }) {
        const authorization = getAuthorization(connectionParams);
        const gone = new AbortController();
        socket.once('close', () => gone.abort());
        const address = limits.addressOf(request);
        let viewer: Viewer | null;
        try {
          ({ viewer } = await authenticate(authorization));
          // Its `close` event came meanwhile, so a slot acquired now would never be released.
          if (gone.signal.aborted) return false;
          socket.once('close', limits.connections.take(getClient(viewer, address)));
        } catch (error) {
          if (!isAppError(error)) throw error;
          closeWithError(socket, error);
          limits.refusals.count(address).catch(() => undefined);
          return false;
        }
        const operations = createOperations({
          ...options.operations,
          until: gone.signal,
          from: options.trustsTraceparent ? request.headers : { traceparent: request.headers.traceparent },
          hold: () => limits.subscriptions.take(getClient(viewer, address)),
          async context(signal) {
            try {
              return { ...(await authenticate(authorization)), requestId: randomUUID(), signal };
            } catch (error) {
              if (isAppError(error, 'UNAUTHENTICATED')) closeWithError(socket, error, forbidden);
              throw error;
            }
          },
        });
        bySocket.set(socket, {
          operations,
          address,
          check: (args) => limits.checkRates(getOperation(args), { viewer, address }),
          register: (sent) => limits.persisted.register(sent, getClient(viewer, address)),
        });
        return true;
      },
      async onSubscribe({ extra }, _id, payload) {
        const { operations, check, register, address } = known(bySocket, extra.socket);
        let leave = () => {};
        const measured = measuredOperations.begin('websocket');
        const refused = (errors: readonly GraphQLError[]) => {
          leave();
          limits.refusals.count(address).catch(() => undefined);
          measured.failed(errors);
          measured.end();
          return errors;
        };
        try {
          limits.refusals.assertNotBlocked(address);
          const query = await limits.persisted.resolve(payload);
          const { graph, release: leaveGraph } = options.graphs.acquire();
          leave = leaveGraph;
          const prepared = graph.documents.prepare({ ...payload, query });
          if (!('document' in prepared)) return refused(prepared);
          const kind = getOperationAST(prepared.document, prepared.operationName)?.operation ?? null;
          measured.is(kind);
          if (!kind) {
            measured.end('errors');
            leave();
            return prepared;
          }
          const leaveLoad = limits.load.enter(address);
          leave = () => {
            leaveGraph();
            leaveLoad();
          };
          await check(prepared);
          await register(payload);
          // It lasts as long as the client wants; from here on it counts as a subscription.
          if (kind === 'subscription') leave();
          byOperation.set(prepared, { operations, graph, leave, measured });
          return prepared;
        } catch (error) {
          if (isAppError(error)) return refused([toGraphQLError(error)]);
          if (error instanceof GraphQLError) return refused([error]);
          return refused([unexpected(error)]);
        }
      },
      // Results are formatted already, as plain objects; the library's types expect GraphQLError objects.
      subscribe(args) {
        const { operations, measured } = known(byOperation, args);
        const followed = measures.subscriptions.follow(operations.subscribe(args), 'websocket', measured);
        const results = endingSafely(followed, options.connectionFailed);
        return results as AsyncIterableIterator<ExecutionResult>;
      },
      async execute(args) {
        const { operations, graph, leave, measured } = known(byOperation, args);
        try {
          const result = await operations.execute(args, graph);
          measured.failed(result.errors ?? []);
          return result as ExecutionResult;
        } catch (error) {
          measured.failed([error]);
          const shown = isAppError(error)
            ? toGraphQLError(error)
            : error instanceof GraphQLError
              ? error
              : unexpected(error);
          return { errors: [shown] };
        } finally {
          leave();
          measured.end();
        }
      },
      onNext: (_context, _id, _payload, _args, result) => result as FormattedExecutionResult,
    },
    sockets,
    options.pingMs,
  );

  return async () => {
    for (const socket of sockets.clients) {
      socket.close(goingAway, 'going away');
      setTimeout(() => socket.terminate(), closeTimeoutMs).unref();
    }
    await server.dispose();
  };
}

const closeCodes: Partial<Record<ErrorCode, number>> = { UNAVAILABLE: tryAgainLater, RATE_LIMITED: tooManyRequests };

function known<K extends object, V>(map: WeakMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new Error('An operation came before its connection was acknowledged');
  return value;
}
