import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createSemaphore, type Semaphore } from '@tributary/concurrency';
import { inSpan, traceHeaders } from '@tributary/tracing';
import type { Caller } from '../../admission/caller.ts';
import type { SignInternal } from '../../admission/internal-tokens.ts';
import type { ResponseBudget } from './response-budget.ts';

/** The connections to one subgraph. */
export interface Subgraph {
  name: string;
  url: URL;
  /** Keep-alive connections, which the subgraph may close just as they are reused: for idempotent requests. */
  agent: HttpAgent;
  /** A new connection for each request: for requests that must not be sent twice. */
  freshAgent: HttpAgent;
  /** Limits connections waiting for `100 Continue`, so that a burst of uploads cannot delay other requests. */
  connectSlots: Semaphore;
  /** How long a query may wait for the first byte of its response, and then for each next one. */
  timeoutMs: number;
  /** Maximum idle time on the connection of a mutation, an upload or a download. */
  mutationTimeoutMs: number;
  sign: SignInternal | null;
  responses: ResponseBudget;
}

/** More would only wait at the subgraph: Node accepts one new connection per turn of its event loop. */
const maxConnections = 100;
const maxPendingUploads = 16;

export function createSubgraph(
  options: Omit<Subgraph, 'url' | 'agent' | 'freshAgent' | 'connectSlots'> & { url: string },
): Subgraph {
  const url = new URL(options.url);
  const Agent = url.protocol === 'https:' ? HttpsAgent : HttpAgent;
  return {
    ...options,
    url,
    agent: new Agent({ keepAlive: true, maxSockets: maxConnections }),
    freshAgent: new Agent({ keepAlive: false }),
    connectSlots: createSemaphore({ permits: maxPendingUploads }),
  };
}

/** Runs a subgraph request in its own span. */
export function inSubgraphSpan<T>({ name, url }: Subgraph, ask: () => Promise<T>): Promise<T> {
  const attributes = { 'tributary.subgraph': name, 'server.address': url.hostname, 'server.port': Number(url.port) };
  return inSpan(`subgraph ${name}`, { kind: 'client', attributes }, ask);
}

/** The headers of every subgraph request; the client's own authorization and trace are never among them. */
export function subgraphHeaders(
  { name, sign }: Subgraph,
  caller: Caller & { requestId: string },
): Record<string, string> {
  return {
    'x-request-id': caller.requestId,
    ...traceHeaders(),
    ...(sign ? { authorization: sign(caller, name) } : {}),
  };
}
