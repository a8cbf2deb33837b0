import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { ArrivingFiles } from './arriving-files.ts';
import { openExchange } from './exchange.ts';
import { multipartBody } from './multipart-body.ts';
import { connect } from './send-safely.ts';
import type { Subgraph } from './subgraph.ts';

/** Whatever stands in between may not know `100 Continue`: the file is then sent without. */
const longestKnockMs = 2_000;

/**
 * Streams a GraphQL request with files to a subgraph, holding no more than a few chunks. An answer that comes before
 * the end stops the sending; a file that breaks off or is too large aborts the request, so that the subgraph sees an
 * aborted body and never a short file.
 */
export async function sendMultipart(
  subgraph: Subgraph,
  body: { query: string; variables?: Record<string, unknown> },
  options: { headers: Record<string, string>; signal: AbortSignal; files: ArrivingFiles },
): Promise<IncomingMessage> {
  const boundary = `tributary-${randomUUID()}`;
  const headers = {
    ...options.headers,
    'content-type': `multipart/form-data; boundary=${boundary}`,
    'apollo-require-preflight': 'true',
    // Told that the connection ends, a subgraph that answers early would break it off before the answer is through.
    connection: 'keep-alive',
    expect: '100-continue',
  };
  const { signal } = options;
  const idleMs = subgraph.mutationTimeoutMs;
  const open = () => openExchange(subgraph, { method: 'POST', headers, signal, agent: subgraph.freshAgent, idleMs });
  const { request, response } = await subgraph.knock.run(async () => {
    const exchange = await connect(open, signal);
    await Promise.race([
      exchange.continued,
      exchange.response.catch(() => undefined),
      pause(longestKnockMs, undefined, { ref: false }),
    ]);
    return exchange;
  });
  // What the client did wrong is what it must hear, not the error of the connection that it leads to, if that comes at all.
  const fault = new Promise<never>((_resolve, reject) => {
    async function* chunks() {
      try {
        yield* multipartBody(boundary, body, options.files);
      } catch (error) {
        reject(error);
        throw error;
      }
    }
    pipeline(chunks, request).catch(() => undefined);
  });
  const head = await Promise.race([response, fault]);
  head.once('end', () => {
    if (!request.writableFinished) request.destroy();
  });
  return head;
}
