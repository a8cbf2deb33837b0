import { createResultReader, openResultCache } from '@tributary/answers';
import { systemClock as clock, readConfig, startProcess } from '@tributary/core';
import { computeQueryResults, openEmploymentDb, readRows, sql } from '@tributary/employment-db';
import { readTypeDefs, startSubgraph, watchReadiness } from '@tributary/graphql';
import { shutdownBudget } from '@tributary/http';
import { createMetrics, measurePool } from '@tributary/metrics';
import { connectRedis, createDeletedUploads } from '@tributary/redis';
import { startTracing } from '@tributary/tracing';
import { config } from './config.ts';
import { createContext } from './context.ts';
import type { ReadRows } from './loaders.ts';
import { rejectedRowsRoute } from './rejected-rows.ts';
import { resolvers } from './resolvers.ts';

await startProcess('employees', async ({ log, onClose }) => {
  const env = readConfig(config);
  const registry = createMetrics('employees');
  const tracing = await startTracing('employees', { log });
  onClose(tracing.stop);
  const db = openEmploymentDb(env.EMPLOYMENT_DATABASE_URL);
  onClose(() => db.close());
  measurePool(registry, 'employment', db.pool);
  const cache = openResultCache({ redisUrl: env.REDIS_URL, prefix: `${env.TRIBUTARY_INSTANCE}:`, log });
  onClose(() => cache.close());

  const redis = connectRedis(env.REDIS_URL);
  onClose(() => redis.disconnect());
  const deletedUploads = createDeletedUploads({ redis, prefix: `${env.TRIBUTARY_INSTANCE}:` });

  const read: ReadRows = (query) => readRows(db.pool, query);
  const results = createResultReader({ cache, compute: () => computeQueryResults(db.pool), log });
  const secret = env.DOWNLOAD_URL_SECRET;
  const shared = { read, results, clock, downloads: { publicUrl: env.PUBLIC_URL, secret } };
  // Redis is not a check: without it the results come from the database.
  const ping = () => read(sql`SELECT 1 FROM data_version`);
  const readiness = watchReadiness({ checks: { 'the employment database': ping }, clock, log });
  onClose(() => readiness.stop());

  const subgraph = await startSubgraph({
    name: 'employees',
    typeDefs: await readTypeDefs(new URL('../', import.meta.url)),
    resolvers,
    context: (request) => createContext(request, shared),
    host: env.HOST,
    port: env.PORT,
    internalTokenPublicKey: env.INTERNAL_TOKEN_PUBLIC_KEY,
    log,
    stopping: shutdownBudget(env),
    ready: readiness.waitingFor,
    metrics: { registry, port: env.METRICS_PORT },
    routes: [rejectedRowsRoute({ read, deletedUploads, clock, secret, log })],
  });
  onClose(() => subgraph.stop());
});
