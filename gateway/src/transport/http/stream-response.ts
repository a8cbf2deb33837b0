import type { ServerResponse } from 'node:http';
import { isAppError, type Log } from '@tributary/core';
import { type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import { addReason, toGraphQLError } from '../../errors.ts';

const stopMs = 2_000;
const headers = {
  // Proxies must neither store, delay, compress nor buffer it.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
};

/**
 * Sends results as they arrive. The next one is requested only when the client has taken the previous one, so a client
 * that stops reading only lags; a client that disconnects releases the results at once. When `stopping` aborts, the
 * response ends so that the client reconnects; if it does not take that end within two seconds, the connection is cut.
 */
export async function sendStream(
  response: ServerResponse,
  results: AsyncIterableIterator<FormattedExecutionResult>,
  options: { format: StreamFormat; heartbeatMs: number; stopping: AbortSignal; log: Log },
): Promise<void> {
  const { format, stopping } = options;
  // The client may have disconnected before this is called: its `close` event will not come again.
  if (response.destroyed) {
    await results.return?.();
    return;
  }
  const release = () =>
    void results.return?.().catch((error: unknown) => options.log.error({ err: error }, 'stream not released'));
  function interrupt() {
    release();
    const cut = setTimeout(() => response.destroy(), stopMs);
    response.once('close', () => clearTimeout(cut));
  }
  stopping.addEventListener('abort', interrupt);
  response.once('close', () => {
    release();
    stopping.removeEventListener('abort', interrupt);
  });
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(format.heartbeat);
  }, options.heartbeatMs);
  try {
    response.writeHead(200, { 'content-type': format.contentType, ...headers });
    if (stopping.aborted) interrupt();
    await send(response, format.opening);
    for await (const result of results) await send(response, format.event(result));
    response.end(stopping.aborted ? format.interruption : format.completion);
  } catch (error) {
    response.end(tell(error, options) + format.completion);
  } finally {
    clearInterval(heartbeat);
  }
}

async function send(response: ServerResponse, text: string) {
  if (response.write(text) || response.destroyed) return;
  await new Promise<void>((resolve) => {
    function settle() {
      response.off('drain', settle);
      response.off('close', settle);
      resolve();
    }
    response.on('drain', settle);
    response.on('close', settle);
  });
}

function tell(error: unknown, { format, log }: { format: StreamFormat; log: Log }): string {
  if (error instanceof GraphQLError) return format.event({ errors: [error.toJSON()] });
  if (isAppError(error)) return format.failure(toGraphQLError(error).toJSON());
  log.error({ err: error }, 'stream failed');
  return format.failure({ message: 'Internal server error', extensions: addReason({ code: 'INTERNAL_SERVER_ERROR' }) });
}

/** How a stream of results is written into an HTTP response body. */
export interface StreamFormat {
  contentType: string;
  /** Written at once, so that the client knows the request was accepted. */
  opening: string;
  heartbeat: string;
  event(result: FormattedExecutionResult): string;
  /** An error of the transport rather than of the operation; the client may reconnect. */
  failure(error: GraphQLFormattedError): string;
  /** After the last event. */
  completion: string;
  /** Replaces it if the client should reconnect. */
  interruption: string;
}

const next = (result: FormattedExecutionResult) => `event: next\ndata: ${JSON.stringify(result)}\n\n`;

/** GraphQL over SSE, distinct connections mode. A stream cut off before `complete` makes clients reconnect. */
export const sseFormat: StreamFormat = {
  contentType: 'text/event-stream; charset=utf-8',
  opening: ':\n\n',
  heartbeat: ':\n\n',
  event: next,
  failure: (error) => next({ errors: [error] }),
  completion: 'event: complete\ndata:\n\n',
  interruption: '',
};

const boundary = '\r\n--graphql';
const close = '--\r\n';
// A client takes a part for complete only at the following boundary, so the boundary goes out with the part.
const part = (body: object) => `\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(body)}${boundary}`;
const failure = (error: GraphQLFormattedError) => part({ payload: null, errors: [error] });

const goingAway = {
  message: 'The server is restarting. Please reconnect.',
  extensions: { code: 'UNAVAILABLE', reason: 'SERVER_RESTARTING' },
};

/** Apollo's multipart protocol for subscriptions, version 1.0. */
export const multipartFormat: StreamFormat = {
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
  opening: boundary + part({}),
  heartbeat: part({}),
  event: (payload) => part({ payload }),
  failure,
  completion: close,
  interruption: failure(goingAway) + close,
};
