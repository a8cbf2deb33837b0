import { context, propagation, trace } from '@opentelemetry/api';

/** W3C Trace Context */
const traceHeaderNames = ['traceparent', 'tracestate'] as const;

/** Headers that make what they are sent with a part of the trace of what happens now; none while there is no trace. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}

/** Only the trace of these headers. */
export function pickTraceHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    traceHeaderNames.flatMap((name): [string, string][] => {
      const value = headers[name];
      return typeof value === 'string' && value !== '' ? [[name, value]] : [];
    }),
  );
}

/** Adds to what the span of what happens now tells. */
export function describeSpan(attributes: Readonly<Record<string, string | number | undefined>>): void {
  trace.getActiveSpan()?.setAttributes(attributes);
}
