import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Subgraph } from './client.ts';
import { openSubgraphRequest, type SubgraphRequest } from './request.ts';

/** Posts a GraphQL request as JSON and gives the response's head. A mutation is written once, on a connection of its own. */
export async function sendJson(
  subgraph: Subgraph,
  body: { query: string },
  options: { headers: Record<string, string>; signal: AbortSignal },
): Promise<IncomingMessage> {
  const { signal } = options;
  // As text it goes out in one piece with the head.
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
    // A second attempt does not get more time.
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

/** Pauses before a connection that was refused is tried again: a process that restarts is replaced by another one meanwhile. */
const connectPausesMs = [50, 200];

/**
 * Sends what changes nothing and gives the response's head. It is sent once more where the connection broke before the answer,
 * as when the subgraph closed it just as it was used again, or ended.
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
 * Opens an exchange, whose body is not written yet, and waits for its connection; what was refused before anything was written is
 * tried again, so that it suits a request that must not arrive twice.
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

/** The network's word for what the error was caused by; a time-out has none. */
function codeOf(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
}
