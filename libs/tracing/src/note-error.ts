import { type Span, SpanStatusCode } from '@opentelemetry/api';
import { isAppError } from '@tributary/core';

/** Marks a span as failed. An error's text may hold what a user wrote: only its code or name is kept. */
export function noteError(span: Span, error: unknown): void {
  span.setAttribute('error.type', typeOf(error));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function typeOf(error: unknown): string {
  if (isAppError(error)) return error.code;
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && /^[\w.-]{1,50}$/.test(code)) return code;
  return error instanceof Error ? error.name : typeof error;
}
