import type { IncomingHttpHeaders } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { notFound } from '@tributary/core';
import type { RequestHandler } from 'express';
import type { Authenticate } from '../../admission/authenticate.ts';
import { inSubgraphSpan, subgraphHeaders } from '../../graph/subgraph/client.ts';
import { sendIdempotent } from '../../graph/subgraph/json.ts';
import { openSubgraphRequest } from '../../graph/subgraph/request.ts';
import type { GatewayMetrics } from '../../metrics/gateway-metrics.ts';
import { getRequestState } from './request-state.ts';

const perConnection = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

const ofTheGateway = ['host', 'authorization', 'cookie', 'x-request-id', 'content-length'];
const ofTraces = ['traceparent', 'tracestate', 'baggage'];
const notPassedOn = [...ofTheGateway, ...ofTraces];

/**
 * Streams GET and HEAD under a prefix from a subgraph; a bearer token is replaced by an internal one, and without one
 * none is sent.
 */
export function passThrough(options: {
  prefix: string;
  /** The subgraph's name; every graph has it. */
  subgraph: string;
  authenticate: Authenticate;
  measures: Pick<GatewayMetrics, 'subgraphs'>;
}): RequestHandler {
  const { prefix, authenticate, measures } = options;
  return async (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    const context = getRequestState(response);
    const subgraph = context.graph.subgraphs.get(options.subgraph);
    if (!subgraph) throw new Error(`There is no subgraph "${options.subgraph}"`);
    const url = new URL(request.originalUrl, subgraph.url);
    // Dot segments that leave the prefix would reach paths that are not public.
    const isOutside = !url.pathname.startsWith(`${prefix}/`) || /%2e|%2f|%5c/i.test(url.pathname);
    if (isOutside || url.origin !== subgraph.url.origin) throw notFound('Not found.');
    const caller = await authenticate(request.get('authorization'));
    const { signal } = context;
    const answer = await inSubgraphSpan(subgraph, () => {
      const { authorization, ...own } = subgraphHeaders(subgraph, { ...context, ...caller });
      const headers = {
        ...without(request.headers, notPassedOn),
        ...own,
        ...(caller.viewer && authorization !== undefined ? { authorization } : {}),
      };
      const idleMs = subgraph.mutationTimeoutMs;
      const open = () => openSubgraphRequest(subgraph, { method: request.method, headers, signal, idleMs }, url);
      return sendIdempotent(open, signal);
    });
    response.status(answer.statusCode ?? 502).set(without(answer.headers, []));
    // If either side disconnects, the other one ends too; bytes already sent cannot be taken back.
    const counted = count(answer, (bytes) => measures.subgraphs.passed(subgraph.name, bytes));
    await pipeline(counted, response).catch(() => response.destroy());
  };
}

async function* count(chunks: AsyncIterable<Uint8Array>, add: (bytes: number) => void) {
  for await (const chunk of chunks) {
    add(chunk.length);
    yield chunk;
  }
}

function without(headers: IncomingHttpHeaders, names: string[]): Record<string, string | string[]> {
  const named = headers.connection?.toLowerCase().split(/\s*,\s*/) ?? [];
  const dropped = new Set([...perConnection, ...named, ...names]);
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !dropped.has(name)) kept[name] = value;
  }
  return kept;
}
