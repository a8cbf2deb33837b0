import type { ServerResponse } from 'node:http';
import { isAppError, type Log } from '@tributary/core';
import { type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import { toGraphQLError } from '../../errors.ts';

const stopMs = 2_000;
const headers = {
  // Neither stored nor held back, compressed or buffered, by whatever stands between.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
};

/**
 * Sends results as they come. The next one is asked for only when the client has taken what was sent, so one that stops
 * reading only lags; one that goes away releases the results at once. When `stopping` is aborted the answer ends so that the
 * client connects again; where it does not even take that end in two seconds, the connection is cut.
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
  log.error({ err: error }, 'a stream failed');
  return format.failure({ message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } });
}

/** How a stream of results is written into the body of an HTTP answer. */
export interface StreamFormat {
  contentType: string;
  /** Written at once, so that the client knows it is heard. */
  opening: string;
  heartbeat: string;
  event(result: FormattedExecutionResult): string;
  /** What befell the stream, and not its operation: asking again may help. */
  failure(error: GraphQLFormattedError): string;
  /** After the last event. */
  completion: string;
  /** Instead of it where the client should connect again. */
  interruption: string;
}

const next = (result: FormattedExecutionResult) => `event: next\ndata: ${JSON.stringify(result)}\n\n`;

/** GraphQL over SSE, distinct connections mode. A stream cut off before `complete` makes clients connect again. */
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
// A client takes a part for complete only when it sees the boundary behind it, so the boundary goes out with the part.
const part = (body: object) => `\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(body)}${boundary}`;
const failure = (error: GraphQLFormattedError) => part({ payload: null, errors: [error] });

const goingAway = { message: 'The gateway is going away; connect again', extensions: { code: 'UNAVAILABLE' } };

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
