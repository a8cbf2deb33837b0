import type { IncomingMessage } from 'node:http';
import { openExchange } from './exchange.ts';
import type { Subgraph } from './subgraph.ts';

/** Posts a GraphQL request as JSON and gives the response's head. */
export async function sendJson(
  subgraph: Subgraph,
  body: { query: string },
  options: { headers: Record<string, string>; signal: AbortSignal },
): Promise<IncomingMessage> {
  const payload = Buffer.from(JSON.stringify(body));
  const headers = { ...options.headers, 'content-type': 'application/json', 'content-length': payload.length };
  const send = () => {
    const exchange = openExchange(subgraph, { method: 'POST', headers, signal: options.signal });
    exchange.request.end(payload);
    return exchange;
  };
  const first = send();
  try {
    return await first.response;
  } catch (error) {
    // The subgraph closed an idle connection just as it was used again; only what changes nothing may be sent twice.
    const isStale = first.request.reusedSocket && !options.signal.aborted;
    if (!isStale || body.query.startsWith('mutation')) throw error;
    return send().response;
  }
}
