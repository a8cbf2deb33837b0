import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { wholeNumber } from '@tributary/core';

/** The environment variables of an HTTP server that bound how long a client may take. */
export const timeoutConfig = {
  REQUEST_HEAD_TIMEOUT_MS: wholeNumber(100, 600_000)
    .default(10_000)
    .describe('Maximum time for the head of a request; also for a new connection without a request.'),
  REQUEST_BODY_TIMEOUT_MS: wholeNumber(100, 3_600_000)
    .default(60_000)
    .describe('Maximum time for the whole body of a request that is not multipart.'),
  BODY_PROGRESS_MS: wholeNumber(100, 600_000)
    .default(10_000)
    .describe(
      'Interval in which a request body, including an upload, must make progress; otherwise its connection is closed. Time in which the gateway itself does not read does not count.',
    ),
  BODY_PROGRESS_BYTES: wholeNumber(1, 1_000_000_000)
    .default(1_000)
    .describe('Minimum number of bytes of a request body that must arrive in each `BODY_PROGRESS_MS`.'),
  RESPONSE_PROGRESS_MS: wholeNumber(100, 3_600_000)
    .default(30_000)
    .describe('Time after which a connection is closed if its client reads nothing of a waiting response.'),
};

export type ClientTimeouts = { [Name in keyof typeof timeoutConfig]: number };

/** The variable by which a connection was closed. */
export type TimeoutName =
  | 'REQUEST_HEAD_TIMEOUT_MS'
  | 'REQUEST_BODY_TIMEOUT_MS'
  | 'BODY_PROGRESS_MS'
  | 'RESPONSE_PROGRESS_MS';

/** Longer than load balancers keep idle connections, so that they close them first and no request is lost. */
const keepAliveMs = 65_000;
const samplesPerInterval = 4;
const statuses = new Map<unknown, string>([
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', '413 Payload Too Large'],
]);

/** Options of a server whose request heads, and whose connections without any request, end in bounded time. */
export function serverTimeouts({
  REQUEST_HEAD_TIMEOUT_MS: headersTimeout,
}: Pick<ClientTimeouts, 'REQUEST_HEAD_TIMEOUT_MS'>) {
  return {
    // An upload takes as long as its line needs: `limitTimes` bounds bodies by their progress.
    requestTimeout: 0,
    headersTimeout,
    connectionsCheckingInterval: Math.min(headersTimeout, 5_000),
    keepAliveTimeout: keepAliveMs,
  } satisfies ServerOptions;
}

interface Arriving {
  request: IncomingMessage;
  response: ServerResponse;
  startedAt: number;
  sampledAt: number;
  bytesAtSample: number;
  /** This server did not read for a part of the interval, so the client could not send. */
  wasPaused: boolean;
}

const hasEnded = (request: IncomingMessage) => request.complete || request.socket.destroyed;

/**
 * Closes connections whose client stopped: a multipart body without `BODY_PROGRESS_BYTES` in `BODY_PROGRESS_MS`, another body
 * that is not complete after `REQUEST_BODY_TIMEOUT_MS`, and a response of which nothing was read for `RESPONSE_PROGRESS_MS`.
 * Time in which this server does not read, because what it passes the body to is slow, does not count. Call it before the server listens.
 */
export function enforceTimeouts(
  server: Server,
  { times, closed = () => undefined }: { times: ClientTimeouts; closed?: (limit: TimeoutName) => void },
): void {
  const arriving = new Set<Arriving>();
  const answering = new WeakMap<Socket, number>();

  function closeSlow(socket: Socket, limit: TimeoutName) {
    closed(limit);
    socket.destroy();
  }

  function sample() {
    const now = performance.now();
    for (const each of arriving) {
      const { request } = each;
      const { socket } = request;
      if (hasEnded(request)) {
        arriving.delete(each);
        continue;
      }
      // After the answer nothing reads the rest of the body.
      each.wasPaused ||= !each.response.writableEnded && (socket.isPaused() || request.readableLength > 0);
      const isUpload = request.headers['content-type']?.startsWith('multipart/') ?? false;
      if (!isUpload && now - each.startedAt > times.REQUEST_BODY_TIMEOUT_MS)
        closeSlow(socket, 'REQUEST_BODY_TIMEOUT_MS');
      else if (now - each.sampledAt >= times.BODY_PROGRESS_MS) {
        const isSlow = socket.bytesRead - each.bytesAtSample < times.BODY_PROGRESS_BYTES;
        if (isSlow && !each.wasPaused) closeSlow(socket, 'BODY_PROGRESS_MS');
        Object.assign(each, { sampledAt: now, bytesAtSample: socket.bytesRead, wasPaused: false });
      }
    }
  }

  const minIntervalMs = Math.min(times.BODY_PROGRESS_MS, times.REQUEST_BODY_TIMEOUT_MS);
  const timer = setInterval(sample, minIntervalMs / samplesPerInterval).unref();
  server.once('close', () => clearInterval(timer));

  server.prependListener('request', (request, response) => {
    const { socket } = request;
    // Every layer of a request waits for its end; more than ten of them are no leak.
    response.setMaxListeners(30);
    answering.set(socket, (answering.get(socket) ?? 0) + 1);
    response.once('close', () => answering.set(socket, (answering.get(socket) ?? 1) - 1));
    if (request.complete) return;
    const now = performance.now();
    const each = {
      request,
      response,
      startedAt: now,
      sampledAt: now,
      bytesAtSample: socket.bytesRead,
      wasPaused: false,
    };
    arriving.add(each);
    // Not only at the next sample: what a request refers to would stay in memory until then.
    const remove = () => {
      if (!hasEnded(request)) return;
      arriving.delete(each);
      socket.off('close', remove);
    };
    for (const part of [request, response, socket]) part.once('close', remove);
  });

  // With a listener Node answers nothing itself.
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') closed('REQUEST_HEAD_TIMEOUT_MS');
    if (socket.writable && !answering.get(socket)) {
      const status = statuses.get(error.code) ?? '400 Bad Request';
      socket.write(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      socket.destroySoon();
    } else socket.destroy();
  });

  // The time restarts with every byte that is read or written.
  server.setTimeout(times.RESPONSE_PROGRESS_MS, (socket: Socket) => {
    if (socket.writableLength > 0) closeSlow(socket, 'RESPONSE_PROGRESS_MS');
    else if (!answering.get(socket)) socket.destroy();
  });
}
