import type { IncomingMessage } from 'node:http';
import { openExchange } from './exchange.ts';
import { connect, sendRead } from './send-safely.ts';
import type { Subgraph } from './subgraph.ts';

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
      return openExchange(subgraph, { ...request, idleMs: subgraph.timeoutMs, headMs });
    };
    return sendRead(open, signal, payload);
  }
  const open = () => openExchange(subgraph, { ...request, idleMs: subgraph.mutationTimeoutMs });
  const exchange = await connect(open, signal);
  exchange.request.end(payload);
  return exchange.response;
}
