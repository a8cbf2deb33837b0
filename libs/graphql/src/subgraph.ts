import { createServer } from 'node:http';
import { expressMiddleware } from '@as-integrations/express5';
import type { Log } from '@tributary/core';
import { enforceTimeouts, listen, prepareDrain, type ShutdownBudget, serverTimeouts } from '@tributary/http';
import { measureReadiness, Registry, serveMetrics } from '@tributary/metrics';
import { traceRequests } from '@tributary/tracing';
import express from 'express';
import { createApolloServer } from './apollo-server.ts';
import { createInternalTokenCheck } from './internal-token.ts';
import { answerErrors, healthRoutes, logRequests } from './middleware.ts';
import { measureSubgraph } from './subgraph-metrics.ts';
import type { Viewer } from './viewer.ts';

/** Adds a route. It is open to anyone unless it calls `viewerOf`; it may throw an AppError, also from a promise. */
export type Route = (
  app: express.Express,
  helpers: { viewerOf: (request: express.Request) => Promise<Viewer | null> },
) => void;

export interface SubgraphOptions<C extends object> {
  name: string;
  /** The SDL of schema.graphql. */
  typeDefs: string;
  /** The generated `Resolvers`, with the scalars DateTime and BigInt where the SDL names them. */
  resolvers: object;
  /** The context of the resolvers, created for each request; `viewer` is always added to it. */
  context: (request: { viewer: Viewer | null; log: Log; requestId: string }) => C;
  host: string;
  port: number;
  /** PEM; the gateway's key, to which alone this subgraph listens. */
  internalTokenPublicKey: string;
  log: Log;
  stopping?: ShutdownBudget;
  /** Names what is still waited for; empty when ready. */
  ready: () => string[];
  /** What the subgraph measures by itself; its operations are added, and all of it is served on that port, if one is given. */
  metrics?: { registry: Registry; port: number | undefined };
  /** Routes beside /graphql. */
  routes?: readonly Route[];
  /** Runs before the body of a GraphQL request is parsed, but after its token is checked. */
  beforeGraphql?: express.RequestHandler[];
}

const bodyLimitBytes = 1024 * 1024;

/** Longer than those of the gateway, which is the only client: it closes a slow upload first, and says why. */
const times = {
  REQUEST_HEAD_TIMEOUT_MS: 60_000,
  REQUEST_BODY_TIMEOUT_MS: 120_000,
  BODY_PROGRESS_MS: 120_000,
  BODY_PROGRESS_BYTES: 1,
  RESPONSE_PROGRESS_MS: 120_000,
};

/**
 * Serves one subgraph: POST /graphql for anyone with an internal token of the gateway, health, and the given routes.
 * `stop` reports the subgraph as not ready, answers late requests for a while and those in flight, and resolves when
 * every socket is closed.
 */
export async function startSubgraph<C extends object>(
  options: SubgraphOptions<C>,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const { log, stopping = { delayMs: 0, finishMs: 20_000 } } = options;
  const { registry, port: metricsPort } = options.metrics ?? { registry: new Registry(), port: undefined };
  const app = express();
  app.disable('x-powered-by').disable('etag');
  const httpServer = createServer(serverTimeouts(times), app);
  enforceTimeouts(httpServer, { times });
  const drain = prepareDrain(httpServer);
  const measures = measureSubgraph(registry);
  const check = createInternalTokenCheck({
    subgraph: options.name,
    publicKey: options.internalTokenPublicKey,
    onSkew: reportSkew(measures.clockSkew, log),
  });
  const viewerOf = async (request: express.Request) => check(request.get('authorization'));
  const apollo = createApolloServer({ ...options, plugins: [measures.plugin] });
  await apollo.start();

  let isLeaving = false;
  const waitingFor = () => (isLeaving ? ['the end of this process'] : options.ready());
  measureReadiness(registry, waitingFor);
  app.use(healthRoutes(waitingFor));
  app.use(traceRequests({ routes: ['/graphql'] }));
  app.use(logRequests(log));
  const authenticate: express.RequestHandler = async (request, response, next) => {
    response.locals.viewer = await viewerOf(request);
    next();
  };
  const graphql = expressMiddleware(apollo, {
    context: async ({ res }) => {
      const request = { viewer: res.locals.viewer, log: res.locals.log, requestId: res.locals.requestId };
      return { ...options.context(request), ...request };
    },
  });
  app.use('/graphql', authenticate, ...(options.beforeGraphql ?? []), express.json({ limit: bodyLimitBytes }), graphql);
  for (const addRoute of options.routes ?? []) addRoute(app, { viewerOf });
  app.use((_request, response) => {
    response
      .status(404)
      .json({ errors: [{ message: 'Not found.', extensions: { code: 'NOT_FOUND', reason: 'ADDRESS_NOT_FOUND' } }] });
  });
  app.use(answerErrors(log, measures.failed));

  const metrics = await serveMetrics({ registry, host: options.host, port: metricsPort, log });
  const origin = await listen(httpServer, { host: options.host, port: options.port });
  log.info({ url: `${origin}/graphql` }, `${options.name} listens`);
  return {
    url: `${origin}/graphql`,
    stop: async () => {
      isLeaving = true;
      await drain.beginDrain(stopping.delayMs);
      const forceClosed = await drain.finish(stopping.finishMs);
      if (forceClosed > 0) log.warn({ forceClosed }, 'connections force-closed after the drain timeout');
      await apollo.stop();
      await metrics.close();
    },
  };
}

/** Records each measured difference of the clocks, and logs when one begins and when it ends. */
function reportSkew(record: (seconds: number) => void, log: Log): (seconds: number) => void {
  let differs = false;
  return (seconds) => {
    record(seconds);
    if (differs === (seconds !== 0)) return;
    differs = seconds !== 0;
    if (differs)
      log.warn({ skewSeconds: seconds }, 'gateway clock differs: synchronise both machines, for example by NTP');
    else log.info('gateway clock agrees again');
  };
}
