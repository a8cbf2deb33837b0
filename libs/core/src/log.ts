import { trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger, pino } from 'pino';
import { openLogDestination } from './log-destination.ts';

export type Log = Logger;

/** One for all logs of the process: two writers could cut each other's lines. */
let standardOutput: DestinationStream | undefined;

const secretKeys = ['password', 'token', 'accessToken', 'refreshToken', 'authorization', 'cookie', 'secret', 'key'];

/**
 * Structured JSON lines on standard output, `name` in each, and within a trace its ids; fields that carry secrets are removed,
 * one level deep too.
 */
export function createLog(name: string, level = 'info', destination?: DestinationStream): Log {
  standardOutput ??= openLogDestination(1);
  return pino(
    {
      name,
      level,
      base: { pid: process.pid },
      mixin: traceIds,
      redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`]), remove: true },
    },
    destination ?? standardOutput,
  );
}

function traceIds() {
  const span = trace.getActiveSpan()?.spanContext();
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}
