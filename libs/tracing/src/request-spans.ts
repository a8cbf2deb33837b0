import type { IncomingMessage, ServerResponse } from 'node:http';
import { SpanStatusCode } from '@opentelemetry/api';
import { openSpan } from './spans.ts';

interface RoutedRequest extends IncomingMessage {
  originalUrl?: string;
  route?: { path?: unknown };
}

/**
 * Middleware: a server span per request, until its answer is out or broken off, named by method and route and never by path or
 * query: those hold ids and signatures. `routes` are prefixes that are no routes of Express. With `onlyId` no more is taken of
 * the client's headers than whose trace it is.
 */
export function traceRequests({ routes, onlyId = false }: { routes: readonly string[]; onlyId?: boolean }) {
  return (request: RoutedRequest, response: ServerResponse, next: () => void): void => {
    const { method = 'GET', headers } = request;
    const from = onlyId ? { traceparent: headers.traceparent } : headers;
    const { span, run } = openSpan(method, { kind: 'server', from, attributes: { 'http.request.method': method } });
    response.once('close', () => {
      const route = getRoute(request, routes);
      const status = response.statusCode;
      if (route !== null) span.updateName(`${method} ${route}`).setAttribute('http.route', route);
      span.setAttribute('http.response.status_code', status);
      if (!response.writableFinished) span.setAttribute('error.type', 'aborted');
      if (status >= 500 || !response.writableFinished) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    run(next);
  };
}

function getRoute({ route, originalUrl = '' }: RoutedRequest, routes: readonly string[]): string | null {
  if (typeof route?.path === 'string') return route.path;
  const [path = ''] = originalUrl.split('?', 1);
  return routes.find((prefix) => path === prefix || path.startsWith(`${prefix}/`)) ?? null;
}
