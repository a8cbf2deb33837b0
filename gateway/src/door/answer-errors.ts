import { isAppError, type Log } from '@tributary/core';
import type { ErrorRequestHandler } from 'express';
import { extensionsOf } from '../graph/extensions-of.ts';
import { httpStatus } from '../http-status.ts';
import type { Limits } from '../limits/open-limits.ts';
import { TryLater } from '../limits/try-later.ts';
import type { Measures } from '../metrics/create-measures.ts';
import { measuredBy } from '../metrics/measured-request.ts';
import { jsonTypeFor } from './accepted-types.ts';

/** Answers what a route or middleware threw, in GraphQL's shape of errors; a half-sent answer is cut off. */
export function answerErrors(
  log: Log,
  measures: Measures,
  { addressOf, refusals }: Pick<Limits, 'addressOf' | 'refusals'>,
): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    measuredBy(response, measures).failed([error]);
    const { status, extensions, message } = describe(error);
    if (status === 500) log.error({ err: error }, 'a request failed');
    // The answer does not wait for it: an address over its rate is refused from its next request on.
    if (status < 500 && !(error instanceof TryLater)) refusals.count(addressOf(request)).catch(() => undefined);
    if (error instanceof TryLater) response.setHeader('retry-after', error.retryAfterSeconds);
    response
      .status(status)
      .type(jsonTypeFor(request.headers.accept))
      .json({ errors: [{ message, extensions }] });
  };
}

function describe(error: unknown) {
  if (isAppError(error)) {
    return { status: httpStatus(error.code), extensions: extensionsOf(error), message: error.message };
  }
  // What express and its body parsers throw for a malformed or too large request.
  if (error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500) {
    return { status: error.status, extensions: { code: 'BAD_USER_INPUT' }, message: error.message };
  }
  return { status: 500, extensions: { code: 'INTERNAL_SERVER_ERROR' }, message: 'Internal server error' };
}
