import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { openExchange } from './exchange.ts';
import { multipartBody } from './multipart-body.ts';
import type { Subgraph } from './subgraph.ts';

/**
 * Streams a GraphQL request with files to a subgraph, holding no more than a few chunks. An answer that comes before
 * the end stops the sending; a file that breaks off or is too large aborts the request, so that the subgraph sees an
 * aborted body and never a short file.
 */
export async function sendMultipart(
  subgraph: Subgraph,
  body: { query: string; variables?: Record<string, unknown> },
  options: { headers: Record<string, string>; signal: AbortSignal },
): Promise<IncomingMessage> {
  const boundary = `tributary-${randomUUID()}`;
  const headers = {
    ...options.headers,
    'content-type': `multipart/form-data; boundary=${boundary}`,
    'apollo-require-preflight': 'true',
  };
  const { request, response } = openExchange(subgraph, { method: 'POST', headers, signal: options.signal });
  // Its failure destroys the request with the same error, which is what the response then rejects with.
  pipeline(multipartBody(boundary, body), request).catch(() => undefined);
  const head = await response;
  head.once('end', () => {
    if (!request.writableFinished) request.destroy();
  });
  return head;
}
