import { HeaderMap } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import { type AppError, invalidInput, isAppError, type Log, notFound } from '@tributary/core';
import { traceRequests } from '@tributary/tracing';
import express, { type Express, type Request, type Response } from 'express';
import { GraphQLError } from 'graphql';
import type { Authenticate } from '../../admission/authenticate.ts';
import { getClient, type Limits } from '../../admission/limits.ts';
import { createTimeoutSignal } from '../../admission/timeout-signal.ts';
import { getErrorExtensions, httpStatus, RetryAfterError } from '../../errors.ts';
import type { GraphManager } from '../../graph/graph-manager.ts';
import type { OperationContext } from '../../graph/operation-context.ts';
import type { GatewayMetrics } from '../../metrics/gateway-metrics.ts';
import { createErrorHandler } from './errors.ts';
import { createGraphqlHandler } from './graphql-route.ts';
import { cors, countInFlight, identifyRequest, leaseGraph, refuseOverload, securityHeaders } from './middleware.ts';
import { passThrough } from './proxy-routes.ts';
import { getOperationMetrics, getRequestState, measureRequests } from './request-state.ts';
import type { StreamOperation } from './stream-operation.ts';
import { acceptUploads } from './upload-request.ts';

/** The gateway's HTTP side: health, the graph with its uploads, and the pass-through routes. */
export function createApp(options: {
  graphs: GraphManager;
  authenticate: Authenticate;
  passThrough: { prefix: string; subgraph: string }[];
  uploads: { maxBytes: number; maxFiles: number };
  maxBodyBytes: number;
  isProduction: boolean;
  stream: StreamOperation;
  limits: Limits;
  corsOrigins: readonly string[];
  /** Whether clients decide if their trace is sampled. */
  trustsTraceparent: boolean;
  waitingFor: () => string[];
  measures: GatewayMetrics;
  log: Log;
}): Express {
  const { authenticate, graphs, limits, log, measures } = options;
  // Responses are `no-store`, so an ETag would never be used.
  const app = express().disable('x-powered-by').disable('etag');
  app.use(securityHeaders(options));
  app.get('/health/live', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/health/ready', (_request, response) => {
    const waitingFor = options.waitingFor();
    if (waitingFor.length === 0) response.json({ status: 'ok' });
    else response.status(503).json({ status: 'unavailable', waitingFor });
  });
  const routes = ['/graphql', ...options.passThrough.map(({ prefix }) => prefix)];
  app.use(traceRequests({ routes, onlyId: !options.trustsTraceparent }));
  app.use(identifyRequest, leaseGraph(graphs));
  app.use(cors(options.corsOrigins));
  app.get('/', (_request, response) => response.redirect('/graphql'));
  for (const route of options.passThrough) app.use(route.prefix, passThrough({ ...route, authenticate, measures }));
  app.use(
    '/graphql',
    measureRequests(measures),
    refuseOverload(limits),
    acceptUploads(options.uploads, measures),
    express.json({ limit: options.maxBodyBytes }),
    countInFlight(limits.load, limits.addressOf),
    (request, _response, next) => {
      // Express 5 leaves it undefined if there was no body; Apollo's middleware requires it.
      request.body ??= {};
      next();
    },
    createGraphqlHandler(options),
    (request, response, next) =>
      expressMiddleware(getRequestState(response).graph.server, { context })(request, response, next),
  );
  app.use(() => {
    throw notFound('Not found.');
  });
  app.use(createErrorHandler(log, measures, limits));
  return app;

  async function context({ req, res }: { req: Request; res: Response }): Promise<OperationContext> {
    const measured = getOperationMetrics(res, measures);
    try {
      const { viewer } = await authenticate(req.headers.authorization);
      const { operation, signal, requestId, files } = getRequestState(res);
      const address = limits.addressOf(req);
      if (operation) {
        await limits.checkRates(operation, { viewer, address });
        await operation.register?.(getClient(viewer, address));
      } else if (req.method !== 'POST' && req.query.query !== undefined)
        throw invalidInput('There is no page here: accept application/json');
      const bytesIn = files ? () => req.socket.bytesRead : undefined;
      const time = createTimeoutSignal(signal, limits.operationTimeoutMs, bytesIn);
      res.once('close', time.end);
      const answered = new Promise<void>((resolve) => void res.once('close', resolve));
      return { viewer, requestId, files, signal: time.signal, measured, answered };
    } catch (thrown) {
      const error = await limits.refusals.count(limits.addressOf(req)).then(
        () => thrown,
        (later: unknown) => later,
      );
      measured.failed([error]);
      throw isAppError(error) ? wholeRequest(error) : error;
    }
  }
}

/** Apollo Server answers a whole request with the status of such an error. */
function wholeRequest(error: AppError) {
  const headers = new HeaderMap();
  if (error instanceof RetryAfterError) headers.set('retry-after', String(error.retryAfterSeconds));
  const http = { status: httpStatus(error.code), headers };
  return new GraphQLError(error.message, { extensions: { ...getErrorExtensions(error), http } });
}
