import { setTimeout as sleep } from 'node:timers/promises';
import {
  context,
  DiagLogLevel,
  diag,
  type TracerProvider as Provider,
  ProxyTracerProvider,
  propagation,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Log } from '@tributary/core';
import type { TracingConfig } from './config.ts';
import { createSampler } from './sampler.ts';
import { tracerName } from './spans.ts';

const flushMs = 2_000;

/**
 * Makes the process's spans go to the collector. While that is unavailable spans wait in a bounded queue, then are
 * dropped.
 */
export async function openProvider(
  name: string,
  { config, log, trustsParents }: { config: TracingConfig; log: Log; trustsParents: boolean },
): Promise<{ stop(): Promise<void> }> {
  throttleDiagnostics(log);
  const processor = new BatchSpanProcessor({
    exporter: await createExporter(config),
    maxQueueSize: config.OTEL_BSP_MAX_QUEUE_SIZE,
    maxExportBatchSize: config.OTEL_BSP_MAX_EXPORT_BATCH_SIZE,
    scheduledDelayMillis: config.OTEL_BSP_SCHEDULE_DELAY,
    exportTimeoutMillis: config.OTEL_BSP_EXPORT_TIMEOUT,
  });
  const provider = new TracerProvider({
    resource: describeProcess(name),
    sampler: createSampler(config, { trustsParents }),
    spanProcessors: [processor],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(onlyOurs(provider));
  return {
    async stop() {
      const flushed = provider.shutdown().catch((error: unknown) => log.debug({ err: error }, 'spans dropped'));
      await Promise.race([flushed, sleep(flushMs, undefined, { ref: false })]);
    },
  };
}

async function createExporter(config: TracingConfig): Promise<SpanExporter> {
  const protocol = config.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? config.OTEL_EXPORTER_OTLP_PROTOCOL;
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter();
}

/** OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win over what the process says of itself. */
function describeProcess(name: string) {
  const own = resourceFromAttributes({ 'service.name': name, 'service.namespace': 'tributary' });
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
}

/** Packages we use make spans of their own, some with texts that may hold secrets: they get a tracer that does nothing. */
function onlyOurs(provider: Provider): Provider {
  const none = new ProxyTracerProvider();
  return { getTracer: (name, ...more) => (name === tracerName ? provider : none).getTracer(name, ...more) };
}

const everyMs = 60_000;

/** Has the log say that spans cannot be sent: at most once a minute, however often that happens. */
function throttleDiagnostics(log: Log): void {
  let silentUntil = 0;
  const warn = (message: string) => {
    if (Date.now() < silentUntil) return;
    silentUntil = Date.now() + everyMs;
    log.warn({ reason: toReason(message) }, 'span export failed');
  };
  const quiet = () => undefined;
  const logger = { error: warn, warn: warn, info: quiet, debug: quiet, verbose: quiet };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

/** The SDK reports an error as JSON, with its stack. */
function toReason(message: string): string {
  try {
    return String(Object(JSON.parse(message)).message ?? message);
  } catch {
    return message;
  }
}
