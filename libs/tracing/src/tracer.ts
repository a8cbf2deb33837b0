import { type Tracer, trace } from '@opentelemetry/api';

export const tracerName = 'tributary';

/** The tracer of this process: one that does nothing while tracing is off. */
export function tracer(): Tracer {
  return trace.getTracer(tracerName);
}
