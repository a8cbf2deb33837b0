import { urlOf, wholeNumber } from '@tributary/core';
import { z } from 'zod';

const protocol = z.enum(['http/protobuf', 'http/json'], {
  error: 'must be http/protobuf or http/json; gRPC is not spoken',
});

/** What is read of OpenTelemetry's standard variables; the exporter itself reads more of `OTEL_EXPORTER_OTLP_…`. */
export const tracingConfig = z.object({
  OTEL_SDK_DISABLED: z.string().default('false').describe('`true`: no tracing.'),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none']).default('otlp').describe('`none`: no tracing.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: urlOf('http', 'https')
    .optional()
    .describe('Collector of traces, such as `http://localhost:4318`. See [tracing](tracing.md).')
    .meta({ defaultText: 'none: no tracing' }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: urlOf('http', 'https')
    .optional()
    .describe("The collector's full URL for traces.")
    .meta({ defaultText: 'the endpoint with `/v1/traces`' }),
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol.default('http/protobuf').describe('`http/protobuf` or `http/json`.'),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol
    .optional()
    .describe('The protocol for traces alone.')
    .meta({ defaultText: 'as `OTEL_EXPORTER_OTLP_PROTOCOL`' }),
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .default('parentbased_always_on')
    .describe(
      'Which traces are recorded: `always_on`, `always_off`, `traceidratio`, or one of them after `parentbased_`.',
    ),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('Share of traces that `traceidratio` records, from 0 to 1.'),
  OTEL_BSP_MAX_QUEUE_SIZE: wholeNumber(1, 1_000_000)
    .default(2_048)
    .describe('Maximum number of spans that wait to be sent; further ones are dropped.'),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: wholeNumber(1, 1_000_000)
    .default(512)
    .describe('Maximum number of spans per request.'),
  OTEL_BSP_SCHEDULE_DELAY: wholeNumber(1, 3_600_000).default(5_000).describe('Milliseconds between two batches.'),
  OTEL_BSP_EXPORT_TIMEOUT: wholeNumber(1, 3_600_000)
    .default(30_000)
    .describe('Milliseconds after which a batch of spans is discarded.'),
});

export type TracingConfig = z.output<typeof tracingConfig>;

/** Tracing is on if an exporter has an endpoint. */
export function isSwitchedOn(config: TracingConfig): boolean {
  const hasCollector = config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? config.OTEL_EXPORTER_OTLP_ENDPOINT;
  const isDisabled = config.OTEL_SDK_DISABLED.toLowerCase() === 'true';
  return hasCollector !== undefined && !isDisabled && config.OTEL_TRACES_EXPORTER !== 'none';
}
