import { badConfig, type Log } from '@tributary/core';
import type { Redis } from 'ioredis';
import type { GatewayConfig } from '../config.ts';
import type { Viewer } from './caller.ts';
import { createClientAddress } from './client-address.ts';
import { createConnectionLimiter, createLimitConnections, createLoadShedder } from './concurrency.ts';
import { createKnownAddresses, nobodyKnown } from './known-addresses.ts';
import { createApqCache, createPersistedDocuments } from './persisted-documents.ts';
import { createCheckRates, createTokenBuckets } from './rate-limits.ts';
import { createRefusals } from './refusals.ts';
import { createRedisSafelist, emptySafelist, loadSafelist } from './safelist.ts';

const productionPerViewer = { count: 1_200, periodMs: 60_000 };
const productionConnections = 200;
const productionSubscriptions = 500;
const productionTcpConnections = 2_000;
const retryAfterSeconds = 10;
const apqBytesPerClient = { count: 500_000, periodMs: 3_600_000 };
const productionPerAddress = { count: 6_000, periodMs: 60_000 };

export type Limits = Awaited<ReturnType<typeof openLimits>>;

/** Everything that is counted or looked up before an operation runs; call `stop` at the end. Throws BAD_CONFIG. */
export async function openLimits(options: { config: GatewayConfig; redis: Redis | null; prefix: string; log: Log }) {
  const { config, redis, prefix, log } = options;
  const isProduction = config.NODE_ENV === 'production';
  const { SAFELIST: mode, OPERATIONS_FILE: file } = config;
  if (mode !== 'off' && !file && !redis) throw badConfig('SAFELIST: needs OPERATIONS_FILE or REDIS_URL');
  const ofRedis = redis && mode !== 'off' ? createRedisSafelist(redis, prefix) : emptySafelist;
  const safelist = file ? await loadSafelist(file) : ofRedis;
  const store =
    redis && config.APQ === 'on'
      ? createApqCache({
          redis,
          prefix,
          ttlSeconds: config.APQ_TTL_SECONDS,
          most: config.APQ_MAX_DOCUMENTS,
          maxBytes: config.APQ_MAX_BYTES,
        })
      : null;
  const drawTokens = redis ? createTokenBuckets({ redis, prefix, log }) : async () => 0;
  const perAddress = orInProduction(config.RATE_LIMIT_PER_ADDRESS, productionPerAddress);
  const bytesPerClient = config.APQ_BYTES_PER_CLIENT === undefined ? apqBytesPerClient : config.APQ_BYTES_PER_CLIENT;
  const load = createLoadShedder({
    maxInFlight: config.MAX_IN_FLIGHT,
    maxInFlightPerAddress: config.MAX_IN_FLIGHT_PER_ADDRESS ?? Math.ceil(config.MAX_IN_FLIGHT / 2),
    maxLagMs: config.MAX_EVENT_LOOP_LAG_MS,
  });
  return {
    addressOf: createClientAddress(config.TRUSTED_PROXIES),
    checkRates: createCheckRates({
      drawTokens,
      perViewer: orInProduction(config.RATE_LIMIT_PER_VIEWER, productionPerViewer),
      perAddress,
      fields: config.RATE_LIMITED_FIELDS,
      known: redis ? createKnownAddresses({ redis, prefix }) : nobodyKnown,
    }),
    limitConnections: createLimitConnections({
      max: config.MAX_TCP_CONNECTIONS,
      maxPerAddress:
        config.MAX_TCP_CONNECTIONS_PER_ADDRESS ??
        (isProduction ? productionTcpConnections : config.MAX_TCP_CONNECTIONS),
      trustedProxies: config.TRUSTED_PROXIES,
    }),
    connections: createConnectionLimiter({
      name: 'connections',
      all: { limit: 'MAX_CONNECTIONS', max: config.MAX_CONNECTIONS },
      perClient: {
        limit: 'MAX_CONNECTIONS_PER_VIEWER',
        max: config.MAX_CONNECTIONS_PER_VIEWER ?? (isProduction ? productionConnections : config.MAX_CONNECTIONS),
      },
      retryAfterSeconds,
    }),
    subscriptions: createConnectionLimiter({
      name: 'subscriptions',
      all: { limit: 'MAX_SUBSCRIPTIONS', max: config.MAX_SUBSCRIPTIONS },
      perClient: {
        limit: 'MAX_SUBSCRIPTIONS_PER_VIEWER',
        max: config.MAX_SUBSCRIPTIONS_PER_VIEWER ?? (isProduction ? productionSubscriptions : config.MAX_SUBSCRIPTIONS),
      },
      retryAfterSeconds,
    }),
    persisted: createPersistedDocuments({ store, safelist, mode, log, drawTokens, bytesPerClient }),
    refusals: createRefusals({ drawTokens, perAddress }),
    load,
    operationTimeoutMs: config.OPERATION_TIMEOUT_MS,
    stop: load.stop,
  };

  function orInProduction<R>(rate: R | undefined, inProduction: R): R | null {
    return rate ?? (isProduction && rate === undefined ? inProduction : null);
  }
}

/** The client that connections and subscriptions are counted for: the viewer, or the address of an anonymous client. */
export function getClient(viewer: Viewer | null, address: string): string {
  return viewer ? `viewer:${viewer.sub}` : `address:${address}`;
}
