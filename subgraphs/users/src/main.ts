import { systemClock as clock, readConfig, startProcess } from '@tributary/core';
import { readTypeDefs, startSubgraph, watchReadiness } from '@tributary/graphql';
import { shutdownBudget } from '@tributary/http';
import { connectBroker, startOutboxRelay } from '@tributary/messaging';
import { createMetrics, measureOutbox, measurePool } from '@tributary/metrics';
import { connectRedis } from '@tributary/redis';
import { startTracing } from '@tributary/tracing';
import { createOutboxStore, openUsersDb } from '@tributary/users-db';
import { accountPageRoutes } from './account-pages.ts';
import { ensureAdministrator } from './administrator.ts';
import { config } from './config.ts';
import { createContext } from './context.ts';
import { createPasswords } from './passwords/hashing.ts';
import { resolvers } from './resolvers.ts';
import { keysRoute, revocationsRoute } from './routes.ts';
import { createRevocations } from './sessions/revocations.ts';
import { readSigningKeys } from './sessions/signing-keys.ts';

await startProcess('users', async ({ log, onClose }) => {
  const env = readConfig(config);
  const registry = createMetrics('users');
  const tracing = await startTracing('users', { log });
  onClose(tracing.stop);
  const keys = await readSigningKeys(env.ACCESS_TOKEN_PRIVATE_KEY);
  const passwords = await createPasswords();
  const db = openUsersDb(env.USERS_DATABASE_URL);
  onClose(db.close);
  measurePool(registry, 'users', db.pool);
  const redis = connectRedis(env.REDIS_URL);
  onClose(() => redis.disconnect());
  const broker = await connectBroker({ url: env.RABBITMQ_URL, log, name: 'users' });
  onClose(() => broker.close());
  const store = createOutboxStore(db, { clock });
  const onAttempt = measureOutbox(registry, store.contents, clock.now);
  const relay = startOutboxRelay({ store, publisher: broker, clock, log, pollMs: 1_000, onAttempt });
  onClose(() => relay.stop());
  const administrator = { email: env.ADMIN_EMAIL, password: env.ADMIN_PASSWORD };
  const seed = ensureAdministrator(administrator, { db, clock, passwords, log });
  onClose(seed.stop);
  // RabbitMQ is not a check: signing in works while emails wait in the outbox.
  const checks = { 'the users database': db.ping, Redis: () => redis.ping(), 'the administrator': seed.assertDone };
  const readiness = watchReadiness({ checks, clock, log });
  onClose(readiness.stop);

  const revocations = createRevocations({ db, redis, prefix: `${env.TRIBUTARY_INSTANCE}:`, clock, log });
  const signing = { keys, issuer: env.ACCESS_TOKEN_ISSUER };
  const { NEW_USER_PERMISSIONS: newUserPermissions, EMAIL_CONFIRMATION: emailConfirmation } = env;
  const onOutboxWrite = relay.nudge;
  const dependencies = {
    ...{ db, clock, passwords, revocations, signing },
    ...{ newUserPermissions, emailConfirmation, onOutboxWrite },
  };
  const subgraph = await startSubgraph({
    name: 'users',
    typeDefs: await readTypeDefs(new URL('../', import.meta.url)),
    resolvers,
    context: ({ viewer }) => createContext(viewer, dependencies),
    host: env.HOST,
    port: env.PORT,
    internalTokenPublicKey: env.INTERNAL_TOKEN_PUBLIC_KEY,
    log,
    stopping: shutdownBudget(env),
    ready: readiness.waitingFor,
    metrics: { registry, port: env.METRICS_PORT },
    routes: [keysRoute(keys), revocationsRoute(revocations), await accountPageRoutes()],
  });
  onClose(subgraph.stop);
});
