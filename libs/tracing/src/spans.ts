import {
  context,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { isAppError } from '@tributary/core';

export type Headers = Readonly<Record<string, unknown>>;

export interface SpanDescription {
  readonly kind?: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  readonly attributes?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Headers that may name the span's parent; without a parent in them it begins a trace. */
  readonly from?: Headers;
  /** `traceparent`s of what this has to do with. */
  readonly links?: readonly (string | null)[];
}

export interface OpenSpan {
  readonly span: Span;
  /** Runs what belongs to the span; it ends neither with it nor with its error. */
  run<T>(work: () => T): T;
}

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
};

/**
 * Does the work in a span of its own and gives what it gives. A span without `from` is only made within another: what a
 * process does by itself, such as looking at its outbox, leaves no traces. Of an error nothing but its code is kept.
 */
export async function inSpan<T>(
  name: string,
  description: SpanDescription,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const { span, run } = openSpan(name, description);
  try {
    return await run(() => work(span));
  } catch (error) {
    recordError(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** A span that the caller ends. */
export function openSpan(
  name: string,
  { kind = 'internal', attributes = {}, from, links = [] }: SpanDescription,
): OpenSpan {
  const active = context.active();
  if (from === undefined && !isRecorded()) return { span: unrecorded, run: (work) => work() };
  const parent = from === undefined ? active : propagation.extract(ROOT_CONTEXT, from);
  const options = { kind: kinds[kind], attributes, links: links.flatMap(linkTo) };
  const span = tracer().startSpan(name, options, parent);
  const own = trace.setSpan(parent, span);
  return { span, run: (work) => context.with(own, work) };
}

/** Whether what happens now is part of a trace that is kept. */
export function isRecorded(): boolean {
  // Not whether the span itself records: packages that got a tracer that does nothing put a stand-in for ours in its place.
  const { traceFlags = TraceFlags.NONE } = trace.getActiveSpan()?.spanContext() ?? {};
  return (traceFlags & TraceFlags.SAMPLED) !== 0;
}

const unrecorded = trace.wrapSpanContext({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 });

function linkTo(traceparent: string | null): Link[] {
  if (traceparent === null) return [];
  const linked = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, { traceparent }));
  return linked === undefined ? [] : [{ context: linked }];
}

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

/** Adds attributes to the active span. */
export function describeSpan(attributes: Readonly<Record<string, string | number | undefined>>): void {
  trace.getActiveSpan()?.setAttributes(attributes);
}

/** Marks a span as failed. An error's text may hold what a user wrote: only its code or name is kept. */
export function recordError(span: Span, error: unknown): void {
  span.setAttribute('error.type', getErrorType(error));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function getErrorType(error: unknown): string {
  if (isAppError(error)) return error.code;
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && /^[\w.-]{1,50}$/.test(code)) return code;
  return error instanceof Error ? error.name : typeof error;
}

export const tracerName = 'tributary';

/** The tracer of this process: one that does nothing while tracing is off. */
function tracer(): Tracer {
  return trace.getTracer(tracerName);
}
