import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Subgraph } from './client.ts';
import { openSubgraphRequest, type SubgraphRequest } from './request.ts';

/**
 * Sends a GraphQL request as JSON and resolves with the response head. A mutation is sent once, on its own connection.
 */
export async function sendJson(
  subgraph: Subgraph,
  body: { query: string },
  options: { headers: Record<string, string>; signal: AbortSignal },
): Promise<IncomingMessage> {
  const { signal } = options;
  // A string goes out in one piece with the head.
  const payload = JSON.stringify(body);
  const headers = {
    ...options.headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(payload),
  };
  const isMutation = body.query.startsWith('mutation');
  const agent = isMutation ? subgraph.freshAgent : subgraph.agent;
  const request = { method: 'POST', headers, signal, agent };
  if (!isMutation) {
    // A second attempt shares the time limit of the first.
    const deadline = performance.now() + subgraph.timeoutMs;
    const open = () => {
      const headMs = Math.max(1, deadline - performance.now());
      return openSubgraphRequest(subgraph, { ...request, idleMs: subgraph.timeoutMs, headMs });
    };
    return sendIdempotent(open, signal, payload);
  }
  const open = () => openSubgraphRequest(subgraph, { ...request, idleMs: subgraph.mutationTimeoutMs });
  const exchange = await connectWithRetry(open, signal);
  exchange.request.end(payload);
  return exchange.response;
}

type Open = () => SubgraphRequest;

const brokenConnection = new Set<unknown>(['ECONNRESET', 'EPIPE']);

/** Pauses before a refused connection is retried: a process that restarts is replaced by another one meanwhile. */
const connectPausesMs = [50, 200];

/**
 * Sends an idempotent request and resolves with the response head. It is sent once more if the connection broke before
 * the response, because the subgraph closed it just as it was reused, or ended.
 */
export async function sendIdempotent(open: Open, signal: AbortSignal, body?: string): Promise<IncomingMessage> {
  const send = async () => {
    const { request, response } = await connectWithRetry(open, signal);
    request.end(body);
    return response;
  };
  try {
    return await send();
  } catch (error) {
    if (signal.aborted || !brokenConnection.has(codeOf(error))) throw error;
    return send();
  }
}

/**
 * Opens a request, whose body is not written yet, and waits for its connection. A refused connection is retried, since
 * nothing was written: suitable for requests that must not arrive twice.
 */
export async function connectWithRetry(open: Open, signal: AbortSignal): Promise<SubgraphRequest> {
  for (let attempt = 0; ; attempt += 1) {
    const exchange = open();
    try {
      await exchange.connected;
      return exchange;
    } catch (error) {
      const pauseMs = connectPausesMs[attempt];
      if (signal.aborted || pauseMs === undefined || codeOf(error) !== 'ECONNREFUSED') throw error;
      await pause(pauseMs);
    }
  }
}

/** The system's name of the network error; a timeout has none. */
function codeOf(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
}
