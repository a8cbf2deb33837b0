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

const always = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
};
// Answers are data; only the landing page outside production runs anything.
const nothingRuns = { 'content-security-policy': "default-src 'none'; frame-ancestors 'none'" };

/** Tells browsers to take every answer for what it says it is, and to run and frame nothing of it. */
export function securityHeaders({ isProduction }: { isProduction: boolean }): RequestHandler {
  const headers = isProduction ? { ...always, ...nothingRuns } : always;
  return (_request, response, next) => {
    response.set(headers);
    next();
  };
}

/** Gives each request an id, answered as x-request-id, and a signal aborted when the client goes away before the answer. */
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

/** Gives the request the graph of now until it is answered, whatever replaces that meanwhile; a stream leaves it earlier. */
export function leaseGraph(graphs: GraphManager): RequestHandler {
  return (_request, response, next) => {
    const { graph, release } = graphs.acquire();
    setRequestState(response, { graph, release });
    response.once('close', release);
    next();
  };
}

/** Refuses a request with 503 while there is too much to do, and with 429 from an address that must wait, before anything of it is read. */
export function refuseOverload({ load, refusals, addressOf }: Limits): RequestHandler {
  return (request, _response, next) => {
    refusals.assertNotBlocked(addressOf(request));
    load.assertNotOverloaded();
    next();
  };
}

/** Counts the request as in flight until it is answered. It runs after the body was read, so that slow bodies take no place. */
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

/** Throws BAD_USER_INPUT for a request that a page of another origin could make a browser send without asking first. */
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
