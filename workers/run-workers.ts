import { createLog, type Log, readConfig, systemClock } from '@tributary/core';
import { connectBroker } from '@tributary/messaging';
import { createMetrics, measureReadiness, mergeMetrics, Registry, serveMetrics } from '@tributary/metrics';
import { startWorker, type WorkerDefinition, watchWorker } from '@tributary/worker';
import { z } from 'zod';
import { serveHealth } from './health.ts';
import { runtimeConfig } from './runtime-config.ts';

/** The end of the time to shut down belongs to handing back what did not end, and to closing what the worker opened. */
const closingMs = 5_000;

interface Surroundings {
  log: Log;
  onClose(close: () => Promise<unknown> | unknown): void;
}

/**
 * Runs workers in this process, with one health and one metrics endpoint. Each has its own connections, log and, where there
 * are several, the label `worker` on its metrics and its name before what it waits for. Resolves once all consume; one that cannot start ends the process.
 */
export async function runWorkers(
  definitions: readonly WorkerDefinition[],
  { log, onClose }: Surroundings,
): Promise<void> {
  const config = readConfig(runtimeConfig);
  const isAlone = definitions.length === 1;
  const ofProcess = createMetrics(isAlone ? (definitions[0]?.name ?? '') : 'workers');
  const workers = definitions.map((definition) => {
    const registry = isAlone ? ofProcess : new Registry();
    if (!isAlone) registry.setDefaultLabels({ worker: definition.name });
    return { definition, registry, log: isAlone ? log : createLog(definition.name, log.level) };
  });
  const registries = [ofProcess, ...workers.map(({ registry }) => registry)];
  const merged = {
    contentType: ofProcess.contentType,
    metrics: async () => mergeMetrics(await Promise.all(registries.map((registry) => registry.metrics()))),
  };
  const registry = isAlone ? ofProcess : merged;
  const metrics = await serveMetrics({ registry, host: config.HEALTH_HOST, port: config.METRICS_PORT, log });
  onClose(() => metrics.close());
  let missing: (() => string[])[] = [() => ['the workers']];
  const health = await serveHealth({
    host: config.HEALTH_HOST,
    port: config.HEALTH_PORT,
    waitingFor: () => missing.flatMap((list) => list()),
  });
  onClose(() => health.close());
  log.info({ health: health.url, workers: definitions.map(({ name }) => name) }, 'starting');

  const running = await Promise.all(workers.map((worker) => connectWorker(worker)));
  missing = running.map(({ name, waitingFor }) =>
    isAlone ? waitingFor : () => waitingFor().map((dependency) => `${name}: ${dependency}`),
  );
  onClose(() => Promise.all(running.map(({ stop }) => stop())));
  await Promise.all(running.map(({ consuming }) => consuming));
}

async function connectWorker({
  definition,
  registry,
  log,
}: {
  definition: WorkerDefinition;
  registry: Registry;
  log: Log;
}): Promise<{ name: string; waitingFor: () => string[]; consuming: Promise<void>; stop: () => Promise<void> }> {
  const schema = z.object({ ...definition.config.shape, ...runtimeConfig.shape });
  const config = { ...readConfig(schema), ...readConfig(runtimeConfig) };
  const broker = await connectBroker({ url: config.RABBITMQ_URL, log, name: definition.name });
  const watch = watchWorker(definition, { broker, clock: systemClock, log });
  measureReadiness(registry, watch.waitingFor);
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
  let isConsuming = false;
  const consuming = starting.then(
    () => {
      isConsuming = true;
    },
    (error: unknown) => {
      if (!stopping.signal.aborted) throw error;
    },
  );
  return {
    name: definition.name,
    waitingFor: watch.waitingFor,
    consuming,
    async stop() {
      stopping.abort();
      // A queue that RabbitMQ was never there to declare is waited for no longer.
      if (!isConsuming) await broker.close();
      const worker = await starting.catch(() => null);
      await worker?.stop();
      await watch.stop();
      await broker.close();
    },
  };
}
