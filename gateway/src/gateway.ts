import { setMaxListeners } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Clock, Log } from '@tributary/core';
import { enforceTimeouts, listen, prepareDrain, serverTimeouts, shutdownBudget } from '@tributary/http';
import { measureReadiness, Registry, serveMetrics } from '@tributary/metrics';
import { watchReadiness } from '@tributary/readiness';
import { connectRedis } from '@tributary/redis';
import { createAccessTokens } from './admission/access-tokens.ts';
import { createAuthenticate } from './admission/authenticate.ts';
import { createInternalTokens } from './admission/internal-tokens.ts';
import { openLimits } from './admission/limits.ts';
import { createRevocations } from './admission/revocations.ts';
import type { GatewayConfig } from './config.ts';
import { denyAllPolicies, type PolicyEvaluator } from './graph/authorization/requirements.ts';
import { openGraph } from './graph/open-graph.ts';
import { watchSupergraph } from './graph/supergraph-watcher.ts';
import { createGatewayMetrics } from './metrics/gateway-metrics.ts';
import { watchedDependencies } from './readiness.ts';
import { createSubscribe } from './subscriptions/engine.ts';
import { connectSignalSubscriber, nullSignals } from './subscriptions/signals.ts';
import { createApp } from './transport/http/app.ts';
import { guardConnections } from './transport/http/connection-guard.ts';
import { createStreamOperation } from './transport/http/stream-operation.ts';
import { serveWebSockets } from './transport/websocket/server.ts';
import { WebSocketAwareRequest } from './transport/websocket/upgrade.ts';

const besideThisPackage = fileURLToPath(new URL('../supergraph.graphql', import.meta.url));

/**
 * Starts the gateway. It starts without its dependencies and reports which ones it waits for. `stop` finishes the
 * requests in flight and then resolves.
 */
export async function startGateway(
  config: GatewayConfig,
  {
    log,
    clock,
    meetPolicies = denyAllPolicies,
    metrics = new Registry(),
  }: { log: Log; clock: Clock; meetPolicies?: PolicyEvaluator; metrics?: Registry },
) {
  const trustsTraceparent = config.TRUST_TRACEPARENT === 'on';
  const isProduction = config.NODE_ENV === 'production';
  const prefix = `${config.TRIBUTARY_INSTANCE}:`;
  const sign = config.INTERNAL_TOKEN_PRIVATE_KEY
    ? createInternalTokens(config.INTERNAL_TOKEN_PRIVATE_KEY, clock)
    : null;
  const measures = createGatewayMetrics(metrics);
  const supergraph = await watchSupergraph({
    path: config.SUPERGRAPH_PATH ?? besideThisPackage,
    pollMs: config.SUPERGRAPH_POLL_MS,
    open: (sdl) => openGraph(sdl, { config, sign, meetPolicies, measures, log }),
    clock,
    log,
  });
  const { graphs } = supergraph;
  measures.caches.setPlanCounter(() => graphs.current().planCount());

  const signals = config.REDIS_URL ? connectSignalSubscriber({ url: config.REDIS_URL, prefix, log }) : nullSignals;
  const redis = config.REDIS_URL ? connectRedis(config.REDIS_URL) : null;
  const tokens = createAccessTokens({ jwksUrl: config.JWKS_URL, issuer: config.ACCESS_TOKEN_ISSUER, clock });
  const isRevoked =
    redis && sign
      ? createRevocations({
          redis,
          prefix,
          url: config.REVOCATIONS_URL ?? new URL('/internal/revocations', config.JWKS_URL).href,
          authorization: () => sign({ viewer: null }, 'users'),
          clock,
        })
      : async () => false;
  const isOpen = config.AUTH === 'off';
  const authenticate = isOpen ? async () => ({ viewer: null }) : createAuthenticate(tokens, isRevoked);

  const limits = await openLimits({ config, redis, prefix, log });
  const operations = {
    subscribe: createSubscribe({ graphs, signals, clock, measures }),
    timeoutMs: config.OPERATION_TIMEOUT_MS,
  };
  const checks = watchedDependencies({ redis, signals, tokens: isOpen ? null : tokens, graphs });
  const readiness = watchReadiness({ checks, clock, log });
  const stopping = new AbortController();
  // Each open stream adds a listener.
  setMaxListeners(0, stopping.signal);
  let isLeaving = false;
  const waitingFor = () => [
    ...(isLeaving ? ['the end of this process'] : []),
    ...(limits.load.isOverloaded() ? ['less to do'] : []),
    ...readiness.waitingFor(),
  ];
  measureReadiness(metrics, waitingFor);
  const app = createApp({
    graphs,
    authenticate,
    passThrough: config.PASS_THROUGH,
    uploads: { maxBytes: config.MAX_UPLOAD_BYTES, maxFiles: config.MAX_UPLOAD_FILES },
    maxBodyBytes: config.MAX_BODY_BYTES,
    isProduction,
    stream: createStreamOperation({ authenticate, operations, limits, stopping: stopping.signal, measures, log }),
    limits,
    corsOrigins: config.CORS_ORIGINS,
    trustsTraceparent,
    waitingFor,
    measures,
    log,
  });

  /** An unexpected error closes the connection it came from, and only that one. */
  function connectionFailed(error: unknown) {
    measures.connections.failed();
    log.error({ err: error }, 'connection failed');
  }
  const http = createServer({ ...serverTimeouts(config), IncomingMessage: WebSocketAwareRequest }, app);
  guardConnections(http, connectionFailed);
  measures.connections.watch(http);
  enforceTimeouts(http, { times: config, closed: measures.operations.refused });
  limits.limitConnections(http, measures.operations.refused);
  measures.connections.inHand(limits.load.inFlight);
  const drain = prepareDrain(http);
  const closeWebSockets = serveWebSockets({
    http,
    authenticate,
    operations,
    graphs,
    limits,
    maxMessageBytes: config.MAX_BODY_BYTES,
    pingMs: config.WEBSOCKET_PING_MS,
    allowedOrigins: config.WEBSOCKET_ORIGINS,
    measures,
    connectionFailed,
    trustsTraceparent,
    log,
  });
  const scraped = await serveMetrics({ registry: metrics, host: config.HOST, port: config.METRICS_PORT, log });
  const url = await listen(http, { host: config.HOST, port: config.PORT });

  async function stop() {
    const { delayMs, finishMs } = shutdownBudget(config);
    isLeaving = true;
    await drain.beginDrain(delayMs);
    const finished = drain.finish(finishMs);
    stopping.abort();
    await closeWebSockets();
    const cut = await finished;
    if (cut > 0) log.warn({ cut }, 'unfinished connections closed');
    limits.stop();
    await readiness.stop();
    await supergraph.stop();
    await graphs.close();
    await signals.close();
    redis?.disconnect();
    await scraped.close();
  }
  return { url, stop, reload: supergraph.reload, channelCount: signals.channelCount };
}
