import { type ClientRequest, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { unavailable } from '@tributary/core';
import type { Subgraph } from './subgraph.ts';

export interface Exchange {
  request: ClientRequest;
  /** The response's head; rejects with UNAVAILABLE, by the subgraph's name, when there is none. */
  response: Promise<IncomingMessage>;
}

/** Opens a request to a subgraph; the caller writes its body and ends it. */
export function openExchange(subgraph: Subgraph, options: RequestOptions, url = subgraph.url): Exchange {
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const request = open(url, { ...options, agent: subgraph.agent });
  request.setTimeout(subgraph.timeoutMs, () => request.destroy(new Error('timed out')));
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    // Stays for the life of the request: an error after the response's head must not go uncaught.
    request.on('error', (cause) => {
      reject(unavailable(`The "${subgraph.name}" subgraph cannot be reached at the moment`, { cause }));
    });
  });
  response.catch(() => undefined);
  return { request, response };
}
