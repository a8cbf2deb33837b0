import { urlOf, wholeNumber } from '@tributary/core';
import { z } from 'zod';

const protocol = z.enum(['http/protobuf', 'http/json'], {
  error: 'must be http/protobuf or http/json; gRPC is not spoken',
});

/** What is read of OpenTelemetry's standard variables; the exporter itself reads more of `OTEL_EXPORTER_OTLP_…`. */
export const tracingConfig = z.object({
  OTEL_SDK_DISABLED: z.string().default('false'),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none']).default('otlp'),
  OTEL_EXPORTER_OTLP_ENDPOINT: urlOf('http', 'https').optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: urlOf('http', 'https').optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol.default('http/protobuf'),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol.optional(),
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  OTEL_BSP_MAX_QUEUE_SIZE: wholeNumber(1, 1_000_000).default(2_048),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: wholeNumber(1, 1_000_000).default(512),
  OTEL_BSP_SCHEDULE_DELAY: wholeNumber(1, 3_600_000).default(5_000),
  OTEL_BSP_EXPORT_TIMEOUT: wholeNumber(1, 3_600_000).default(30_000),
});

export type TracingConfig = z.output<typeof tracingConfig>;

/** Tracing is on where an exporter is told where to send to. */
export function isSwitchedOn(config: TracingConfig): boolean {
  const hasCollector = config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? config.OTEL_EXPORTER_OTLP_ENDPOINT;
  const isDisabled = config.OTEL_SDK_DISABLED.toLowerCase() === 'true';
  return hasCollector !== undefined && !isDisabled && config.OTEL_TRACES_EXPORTER !== 'none';
}
