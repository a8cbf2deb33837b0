import { type ClientRequest, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { unavailable } from '@tributary/core';
import type { Subgraph } from './client.ts';

export interface SubgraphRequest {
  request: ClientRequest;
  /**
   * Resolves once the connection is established and this request has written nothing yet; rejects with UNAVAILABLE if
   * that fails.
   */
  connected: Promise<void>;
  /** Resolves once the subgraph has read the request head, if that says `expect: 100-continue`. */
  continued: Promise<void>;
  /** The response head; rejects with UNAVAILABLE, which names the subgraph, if there is none. */
  response: Promise<IncomingMessage>;
}

/** The cause of the failure if the subgraph sent nothing in time. */
export const timedOut = new Error('timed out');

/**
 * Opens a request to a subgraph; the caller writes its body and ends it. `idleMs` is the maximum idle time on the
 * connection; with `headMs` the response head must arrive within that time, including the wait for a free connection.
 */
export function openSubgraphRequest(
  subgraph: Subgraph,
  { idleMs, headMs, ...options }: RequestOptions & { idleMs: number; headMs?: number },
  url = subgraph.url,
): SubgraphRequest {
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const request = open(url, { agent: subgraph.agent, ...options });
  request.setTimeout(idleMs, () => request.destroy(timedOut));
  // Stays for the lifetime of the request: an error after the response head must not be uncaught.
  const failure = new Promise<never>((_resolve, reject) => {
    const fail = (cause: Error) => {
      const problem = cause === timedOut ? 'did not answer in time' : 'cannot be reached at the moment';
      reject(unavailable(`The "${subgraph.name}" subgraph ${problem}`, { cause }));
    };
    request.on('error', fail);
    if (headMs === undefined) return;
    const timer = setTimeout(() => {
      request.destroy(timedOut);
      // A request that waits for a free connection emits no error before it gets one.
      fail(timedOut);
    }, headMs);
    request.once('response', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
  });
  const connection = new Promise<void>((resolve) => {
    request.once('socket', (socket) => {
      if (socket.connecting) socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => resolve());
      else resolve();
    });
  });
  const continued = new Promise<void>((resolve) => void request.once('continue', resolve));
  const connected = Promise.race([connection, failure]);
  const response = Promise.race([
    new Promise<IncomingMessage>((resolve) => {
      request.once('response', resolve);
    }),
    failure,
  ]);
  connected.catch(() => undefined);
  response.catch(() => undefined);
  return { request, connected, continued, response };
}
