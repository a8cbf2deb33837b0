import { readConfig, startProcess, systemClock } from '@tributary/core';
import { connectBroker } from '@tributary/messaging';
import { createMetrics, measureReadiness, serveMetrics } from '@tributary/metrics';
import { startTracing } from '@tributary/tracing';
import { startWorker, watchWorker } from '@tributary/worker';
import { z } from 'zod';
import { serveHealth } from './health.ts';
import { runtimeConfig } from './runtime-config.ts';
import { loadDefinition } from './worker-definitions.ts';

/** The end of the time to shut down belongs to handing back what did not end, and to closing what the worker opened. */
const closingMs = 5_000;

const name = process.argv[2] ?? '';

/** `node workers/dist/start.js <name>`: runs the worker in the folder of that name until it is told to stop. */
await startProcess(name || 'worker', async ({ log, onClose }) => {
  const definition = await loadDefinition(name);
  const schema = z.object({ ...definition.config.shape, ...runtimeConfig.shape });
  const config = { ...readConfig(schema), ...readConfig(runtimeConfig) };
  const tracing = await startTracing(name, { log });
  onClose(tracing.stop);

  const registry = createMetrics(name);
  const metrics = await serveMetrics({ registry, host: config.HEALTH_HOST, port: config.METRICS_PORT, log });
  onClose(() => metrics.close());
  const broker = await connectBroker({ url: config.RABBITMQ_URL, log, name });
  onClose(() => broker.close());
  const watch = watchWorker(definition, { broker, clock: systemClock, log });
  onClose(() => watch.stop());
  const { waitingFor } = watch;
  measureReadiness(registry, waitingFor);
  const health = await serveHealth({ host: config.HEALTH_HOST, port: config.HEALTH_PORT, waitingFor });
  onClose(() => health.close());
  log.info({ health: health.url }, 'starting');

  const stopping = new AbortController();
  const starting = startWorker(definition, {
    broker,
    config,
    clock: systemClock,
    log,
    drainTimeoutMs: Math.max(0, config.SHUTDOWN_TIMEOUT_MS - closingMs),
    signal: stopping.signal,
    watch,
    metrics: registry,
  });
  let consuming = false;
  onClose(async () => {
    stopping.abort();
    // A queue that RabbitMQ was never there to declare is waited for no longer.
    if (!consuming) await broker.close();
    const worker = await starting.catch(() => null);
    await worker?.stop();
  });
  await starting.then(
    () => {
      consuming = true;
    },
    (error: unknown) => {
      if (!stopping.signal.aborted) throw error;
    },
  );
});
