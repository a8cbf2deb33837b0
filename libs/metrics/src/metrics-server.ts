import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { badConfig, type Log } from '@tributary/core';
import { listen } from '@tributary/http';
import type { Registry } from 'prom-client';

export interface MetricsServer {
  /** Where they are scraped; null where they are not served. */
  url: string | null;
  close(): Promise<void>;
}

/** So few scrape; nobody else has a place here. */
const connections = 10;
const timeouts = {
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 65_000,
};
const inUse = new Set<unknown>(['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL']);

/**
 * Serves `GET /metrics` in Prometheus' text format on a port of its own, and nothing else; without a port not at all. Those who
 * scrape at the same time share one answer. Throws BAD_CONFIG where the port cannot be had.
 */
export async function serveMetrics({
  registry,
  host,
  port,
  log,
}: {
  registry: Pick<Registry, 'contentType' | 'metrics'>;
  host: string;
  port: number | undefined;
  log: Log;
}): Promise<MetricsServer> {
  if (port === undefined) return { url: null, close: async () => undefined };
  let scraping: Promise<string> | null = null;

  function scrape(): Promise<string> {
    scraping ??= registry.metrics().finally(() => {
      scraping = null;
    });
    return scraping;
  }

  async function answer({ method, url }: IncomingMessage, response: ServerResponse) {
    if (url !== '/metrics') return end(response, 404, 'There is nothing here but /metrics\n');
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return end(response, 405, 'Metrics are read by GET\n');
    }
    try {
      const text = await scrape();
      response.setHeader('cache-control', 'no-store');
      end(response, 200, text, registry.contentType);
    } catch (error) {
      log.error({ err: error }, 'metrics collection failed');
      end(response, 500, 'Metrics could not be collected; the log says why\n');
    }
  }

  const server = createServer(timeouts, (request, response) => void answer(request, response));
  server.maxConnections = connections;
  const origin = await listen(server, { host, port }).catch((cause: unknown) => {
    throw inUse.has(Object(cause).code)
      ? badConfig(`METRICS_PORT: ${host}:${port} cannot be listened on (${Object(cause).code})`, { cause })
      : cause;
  });
  const url = `${origin}/metrics`;
  log.info({ metrics: url }, 'metrics server listening');
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function end(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8') {
  response.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff' }).end(text);
}
