import { systemClock as clock, readConfig, startProcess } from '@tributary/core';
import { openFileStore } from '@tributary/file-store';
import { readTypeDefs, startSubgraph, watchReadiness } from '@tributary/graphql';
import { shutdownBudget } from '@tributary/http';
import { connectBroker, startOutboxRelay } from '@tributary/messaging';
import { createMetrics, measureOutbox, measurePool } from '@tributary/metrics';
import { connectRedis, createDeletedUploads } from '@tributary/redis';
import { connectSignals } from '@tributary/signals';
import { startTracing } from '@tributary/tracing';
import { createBatchedAccept, createOutboxStore, openUploadsDb } from '@tributary/uploads-db';
import { config } from './config.ts';
import { createContext, type Shared } from './context.ts';
import { downloadRoute } from './downloads.ts';
import { createEventReads } from './events.ts';
import { measureIntakes } from './intake-metrics.ts';
import { createReadinessChecks } from './readiness-checks.ts';
import { receiveMultipart } from './receive-multipart.ts';
import { resolvers } from './resolvers.ts';
import { measureFileSweeps, startSweeper } from './sweeper.ts';
import { createUploadReads } from './upload-access.ts';

await startProcess('uploads', async ({ log, onClose }) => {
  const env = readConfig(config);
  const registry = createMetrics('uploads');
  const tracing = await startTracing('uploads', { log });
  onClose(tracing.stop);
  const openDb = (connections: number) => {
    const opened = openUploadsDb(env.UPLOADS_DATABASE_URL, { connections });
    onClose(() => opened.close());
    return opened;
  };
  // A crowd that sends files keeps neither its readers nor its messages waiting.
  const [db, acceptances, outbox] = [openDb(10), openDb(2), openDb(3)];
  measurePool(registry, 'uploads', db.pool);
  const files = await openFileStore(env.FILE_STORE_URL);
  onClose(() => files.close());
  const signals = connectSignals({ url: env.REDIS_URL, prefix: `${env.TRIBUTARY_INSTANCE}:`, log });
  onClose(() => signals.close());
  const redis = connectRedis(env.REDIS_URL);
  onClose(() => redis.disconnect());
  const broker = await connectBroker({ url: env.RABBITMQ_URL, log, name: 'uploads' });
  onClose(() => broker.close());

  const store = createOutboxStore(outbox, { clock, onEvents: (upload) => signals.signal(upload) });
  const onAttempt = measureOutbox(registry, store.contents, clock.now);
  const relay = startOutboxRelay({ store, publisher: broker, clock, log, pollMs: 1_000, onAttempt });
  onClose(() => relay.stop());
  const sweeper = startSweeper({ db, files, clock, log, onFileSweep: measureFileSweeps(registry) });
  onClose(() => sweeper.stop());
  const readiness = watchReadiness({ ...createReadinessChecks({ db, files, signals, broker }), clock, log });
  onClose(() => readiness.stop());

  const onAccepted: Shared['onAccepted'] = ({ id, ownerId }) => {
    signals.signal({ uploadId: id, ownerId });
    relay.nudge();
  };
  const { MAX_UPLOAD_BYTES: maxUploadBytes, DOWNLOAD_URL_SECRET: secret, PUBLIC_URL: publicUrl } = env;
  const measureIntake = measureIntakes(registry);
  const downloads = { publicUrl, secret };
  const [readUploads, readEvents] = [createUploadReads(db), createEventReads(db)];
  const deps = { db, accept: createBatchedAccept(acceptances), files, clock, log, onAccepted };
  const deletedUploads = createDeletedUploads({ redis, prefix: `${env.TRIBUTARY_INSTANCE}:` });
  const shared = { ...deps, deletedUploads, readUploads, readEvents, maxUploadBytes, measureIntake, downloads };
  const subgraph = await startSubgraph({
    name: 'uploads',
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
    routes: [downloadRoute({ readUploads, files, clock, secret, log })],
    beforeGraphql: [receiveMultipart(maxUploadBytes)],
  });
  onClose(() => subgraph.stop());
});
