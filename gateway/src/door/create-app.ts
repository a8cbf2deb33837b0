import { expressMiddleware } from '@as-integrations/express5';
import { type AppError, isAppError, type Log, notFound } from '@tributary/core';
import express, { type Express } from 'express';
import { GraphQLError } from 'graphql';
import type { Authenticate } from '../auth/authenticate.ts';
import type { Documents } from '../graph/documents.ts';
import type { Graph } from '../graph/start-graph.ts';
import { httpStatus } from '../http-status.ts';
import type { Subgraph } from '../subgraph/subgraph.ts';
import { acceptUploads } from './accept-uploads.ts';
import { answerErrors } from './answer-errors.ts';
import { answerOperations } from './answer-operations.ts';
import { identifyRequest } from './identify-request.ts';
import { passThrough } from './pass-through.ts';
import { requestContextOf } from './request-context-of.ts';
import { securityHeaders } from './security-headers.ts';
import type { StreamOperation } from './stream-operation.ts';

/** The gateway's HTTP side: health, the graph with its uploads, the routes passed through. */
export function createApp(options: {
  graph: Graph;
  authenticate: Authenticate;
  passThrough: { prefix: string; subgraph: Subgraph }[];
  uploads: { maxBytes: number; maxFiles: number };
  maxBodyBytes: number;
  isProduction: boolean;
  documents: Documents;
  stream: StreamOperation;
  waitingFor: () => string[];
  log: Log;
}): Express {
  const { authenticate, graph, log } = options;
  const app = express().disable('x-powered-by');
  app.use(securityHeaders(options));
  app.get('/health/live', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/health/ready', (_request, response) => {
    const waitingFor = options.waitingFor();
    if (waitingFor.length === 0) response.json({ status: 'ok' });
    else response.status(503).json({ status: 'unavailable', waitingFor });
  });
  app.use(identifyRequest);
  app.get('/', (_request, response) => response.redirect('/graphql'));
  for (const route of options.passThrough) app.use(route.prefix, passThrough({ ...route, authenticate }));
  app.use(
    '/graphql',
    acceptUploads(options.uploads),
    express.json({ limit: options.maxBodyBytes }),
    (request, _response, next) => {
      // Express 5 leaves it undefined where there was none; Apollo's middleware wants it set.
      request.body ??= {};
      next();
    },
    answerOperations(options),
    expressMiddleware(graph.server, {
      async context({ req, res }) {
        try {
          const { viewer } = await authenticate(req.headers.authorization);
          return { viewer, ...requestContextOf(res) };
        } catch (error) {
          throw isAppError(error) ? wholeRequest(error) : error;
        }
      },
    }),
  );
  app.use(() => {
    throw notFound('There is nothing here');
  });
  app.use(answerErrors(log));
  return app;
}

/** Apollo Server answers a whole request with the status that such an error names. */
function wholeRequest({ code, message }: AppError) {
  return new GraphQLError(message, { extensions: { code, http: { status: httpStatus(code) } } });
}
