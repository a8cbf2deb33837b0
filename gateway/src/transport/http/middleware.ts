import type { Request, RequestHandler } from 'express';
import type { LoadShedder } from '../../admission/concurrency.ts';
import type { Limits } from '../../admission/limits.ts';
import { LimitExceededError } from '../../errors.ts';
import type { GraphManager } from '../../graph/graph-manager.ts';
import { getRequestId } from '../../graph/operation-context.ts';
import { csrfHeaders } from '../../graph/start-graph.ts';
import { getRequestState, setRequestState } from './request-state.ts';

const allowed =
  'content-type, authorization, accept, apollo-require-preflight, x-apollo-operation-name, x-request-id, x-graphql-cost';
const exposed = 'x-request-id, x-graphql-cost, retry-after';
const preflightSeconds = 600;

/**
 * Allows pages of the named origins to read responses, with credentials; `*` is every origin, never with credentials.
 * Others get no CORS header, so that browsers withhold the response from them.
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

const always = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
};
// Responses are data; only the landing page outside production runs scripts.
const nothingRuns = { 'content-security-policy': "default-src 'none'; frame-ancestors 'none'" };

/** Makes browsers respect the media type of every response and neither run nor frame it. */
export function securityHeaders({ isProduction }: { isProduction: boolean }): RequestHandler {
  const headers = isProduction ? { ...always, ...nothingRuns } : always;
  return (_request, response, next) => {
    response.set(headers);
    next();
  };
}

/**
 * Gives each request an id, returned as x-request-id, and a signal that aborts if the client disconnects before the
 * response.
 */
export const identifyRequest: RequestHandler = (request, response, next) => {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const requestId = getRequestId(request.headers['x-request-id']);
  setRequestState(response, { requestId, signal: gone.signal });
  response.setHeader('x-request-id', requestId);
  next();
};

/**
 * Pins the current graph to the request until the response ends, even if it is replaced meanwhile. Streams release it
 * earlier.
 */
export function leaseGraph(graphs: GraphManager): RequestHandler {
  return (_request, response, next) => {
    const { graph, release } = graphs.acquire();
    setRequestState(response, { graph, release });
    response.once('close', release);
    next();
  };
}

/** Rejects a request with 503 under overload, and with 429 from a blocked address, before any of it is read. */
export function refuseOverload({ load, refusals, addressOf }: Limits): RequestHandler {
  return (request, _response, next) => {
    refusals.assertNotBlocked(addressOf(request));
    load.assertNotOverloaded();
    next();
  };
}

/**
 * Counts the request as in flight until it is answered. It runs after the body was read, so that slow bodies do not
 * count.
 */
export function countInFlight(load: LoadShedder, addressOf: (request: Request) => string): RequestHandler {
  return (request, response, next) => {
    const leaveLoad = load.enter(addressOf(request));
    const { release } = getRequestState(response);
    setRequestState(response, {
      release() {
        leaveLoad();
        release();
      },
    });
    response.once('close', leaveLoad);
    next();
  };
}

const sentWithoutAsking = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

/** Throws BAD_USER_INPUT for a request that a page of another origin could make a browser send without a preflight. */
export function requireCsrfHeader(request: Request): void {
  const type = request.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== undefined && !sentWithoutAsking.includes(type)) return;
  if (csrfHeaders.some((name) => request.get(name))) return;
  throw new LimitExceededError(
    'BAD_USER_INPUT',
    `Send a JSON body, or one of the headers ${csrfHeaders.join(', ')}`,
    'CSRF',
  );
}
