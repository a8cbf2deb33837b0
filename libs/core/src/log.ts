import { trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

const secretKeys = ['password', 'token', 'accessToken', 'refreshToken', 'authorization', 'cookie', 'secret', 'key'];

/**
 * Structured JSON lines on standard output, `name` in each, and within a trace its ids; fields that carry secrets are removed,
 * one level deep too.
 */
export function createLog(name: string, level = 'info', destination: DestinationStream = pino.destination(1)): Log {
  return pino(
    {
      name,
      level,
      base: { pid: process.pid },
      mixin: traceIds,
      redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`]), remove: true },
    },
    destination,
  );
}

function traceIds() {
  const span = trace.getActiveSpan()?.spanContext();
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}
