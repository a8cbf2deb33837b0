import type { RequestHandler } from 'express';

const allowed =
  'content-type, authorization, accept, apollo-require-preflight, x-apollo-operation-name, x-request-id, x-graphql-cost';
const exposed = 'x-request-id, x-graphql-cost, retry-after';
const preflightSeconds = 600;

/**
 * Lets pages of the named origins read answers, with credentials; `*` is every origin, never with credentials. Others get no CORS
 * header at all, so that browsers keep the answer from them.
 */
export function cors(origins: readonly string[]): RequestHandler {
  return (request, response, next) => {
    if (origins.length > 0) response.vary('origin');
    const { origin } = request.headers;
    const isNamed = origin !== undefined && origins.includes(origin);
    if (origin === undefined || (!isNamed && !origins.includes('*'))) return next();
    response.set('access-control-allow-origin', isNamed ? origin : '*');
    if (isNamed) response.set('access-control-allow-credentials', 'true');
    response.set('access-control-expose-headers', exposed);
    if (request.method !== 'OPTIONS' || !request.get('access-control-request-method')) return next();
    response.set({
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': allowed,
      'access-control-max-age': String(preflightSeconds),
    });
    response.status(204).end();
  };
}
