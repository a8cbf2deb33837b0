import { once } from 'node:events';
import { createServer } from 'node:http';

/** Probes are short; anyone else would only hold connections. */
const timeouts = { headersTimeout: 5_000, requestTimeout: 5_000, connectionsCheckingInterval: 5_000 };

export interface Health {
  url: string;
  close(): Promise<void>;
}

/**
 * Serves `/health/live`, 200 while the process lives, and `/health/ready`, 503 with what is waited for until that is
 * nothing. Port 0 takes a free one.
 */
export async function serveHealth({
  host,
  port,
  waitingFor,
}: {
  host: string;
  port: number;
  waitingFor: () => string[];
}): Promise<Health> {
  const server = createServer(timeouts, (request, response) => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.url === '/health/live') return answer(200, { status: 'ok' });
    if (request.url !== '/health/ready') return answer(404, { status: 'not found' });
    const missing = waitingFor();
    return missing.length === 0
      ? answer(200, { status: 'ok' })
      : answer(503, { status: 'unavailable', waitingFor: missing });
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  const listeningPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host}:${listeningPort}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
