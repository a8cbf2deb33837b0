import { HeaderMap } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import { type AppError, invalidInput, isAppError, type Log, notFound } from '@tributary/core';
import { traceRequests } from '@tributary/tracing';
import express, { type Express, type Request, type Response } from 'express';
import { GraphQLError } from 'graphql';
import type { Authenticate } from '../auth/authenticate.ts';
import type { CurrentGraph } from '../graph/current-graph.ts';
import { extensionsOf } from '../graph/extensions-of.ts';
import { httpStatus } from '../http-status.ts';
import { clientOf, type Limits } from '../limits/open-limits.ts';
import { withinTime } from '../limits/operation-time.ts';
import { TryLater } from '../limits/try-later.ts';
import type { Measures } from '../metrics/create-measures.ts';
import { measuredBy, measureRequests } from '../metrics/measured-request.ts';
import type { RequestContext } from '../request-context.ts';
import { acceptUploads } from './accept-uploads.ts';
import { answerErrors } from './answer-errors.ts';
import { answerOperations } from './answer-operations.ts';
import { cors } from './cors.ts';
import { enterGraph } from './enter-graph.ts';
import { identifyRequest } from './identify-request.ts';
import { passThrough } from './pass-through.ts';
import { requestContextOf } from './request-context-of.ts';
import { securityHeaders } from './security-headers.ts';
import { countInFlight, refuseOverload } from './shed-load.ts';
import type { StreamOperation } from './stream-operation.ts';

/** The gateway's HTTP side: health, the graph with its uploads, the routes passed through. */
export function createApp(options: {
  graphs: CurrentGraph;
  authenticate: Authenticate;
  passThrough: { prefix: string; subgraph: string }[];
  uploads: { maxBytes: number; maxFiles: number };
  maxBodyBytes: number;
  isProduction: boolean;
  stream: StreamOperation;
  limits: Limits;
  corsOrigins: readonly string[];
  /** Whether clients decide if their trace is kept. */
  trustsTraceparent: boolean;
  waitingFor: () => string[];
  measures: Measures;
  log: Log;
}): Express {
  const { authenticate, graphs, limits, log, measures } = options;
  // Nothing it answers may be stored, so that nobody would ever ask whether it still is the same.
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
  app.use(identifyRequest, enterGraph(graphs));
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
      // Express 5 leaves it undefined where there was none; Apollo's middleware wants it set.
      request.body ??= {};
      next();
    },
    answerOperations(options),
    (request, response, next) =>
      expressMiddleware(requestContextOf(response).graph.server, { context })(request, response, next),
  );
  app.use(() => {
    throw notFound('There is nothing here');
  });
  app.use(answerErrors(log, measures, limits));
  return app;

  async function context({ req, res }: { req: Request; res: Response }): Promise<RequestContext> {
    const measured = measuredBy(res, measures);
    try {
      const { viewer } = await authenticate(req.headers.authorization);
      const { operation, signal, requestId, files } = requestContextOf(res);
      const address = limits.addressOf(req);
      if (operation) {
        await limits.checkRates(operation, { viewer, address });
        await operation.register?.(clientOf(viewer, address));
      } else if (req.method !== 'POST' && req.query.query !== undefined)
        throw invalidInput('There is no page here: accept application/json');
      const bytesIn = files ? () => req.socket.bytesRead : undefined;
      const time = withinTime(signal, limits.operationTimeoutMs, bytesIn);
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

/** Apollo Server answers a whole request with the status that such an error names. */
function wholeRequest(error: AppError) {
  const headers = new HeaderMap();
  if (error instanceof TryLater) headers.set('retry-after', String(error.retryAfterSeconds));
  const http = { status: httpStatus(error.code), headers };
  return new GraphQLError(error.message, { extensions: { ...extensionsOf(error), http } });
}
