import { isAppError, type Log } from '@tributary/core';
import type { ErrorRequestHandler, Response } from 'express';
import type { GraphQLError } from 'graphql';
import type { Limits } from '../../admission/limits.ts';
import { addReason, getErrorExtensions, httpStatus, RetryAfterError } from '../../errors.ts';
import type { GatewayMetrics } from '../../metrics/gateway-metrics.ts';
import { type graphqlJson, json, jsonTypeFor } from './content-negotiation.ts';
import { getOperationMetrics } from './request-state.ts';

/** Answers an error of a route or middleware in GraphQL's form of errors; a half-sent response is cut off. */
export function createErrorHandler(
  log: Log,
  measures: GatewayMetrics,
  { addressOf, refusals }: Pick<Limits, 'addressOf' | 'refusals'>,
): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    getOperationMetrics(response, measures).failed([error]);
    const { status, extensions, message } = describe(error);
    if (status === 500) log.error({ err: error }, 'request failed');
    // The response does not wait for this: an address above its rate is rejected from its next request on.
    if (status < 500 && !(error instanceof RetryAfterError)) refusals.count(addressOf(request)).catch(() => undefined);
    if (error instanceof RetryAfterError) response.setHeader('retry-after', error.retryAfterSeconds);
    response
      .status(status)
      .type(jsonTypeFor(request.headers.accept))
      .json({ errors: [{ message, extensions }] });
  };
}

function describe(error: unknown) {
  if (isAppError(error)) {
    return { status: httpStatus(error.code), extensions: getErrorExtensions(error), message: error.message };
  }
  // Errors of express and its body parsers for a malformed or too large request.
  if (error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500) {
    return { status: error.status, extensions: addReason({ code: 'BAD_USER_INPUT' }), message: error.message };
  }
  return { status: 500, extensions: addReason({ code: 'INTERNAL_SERVER_ERROR' }), message: 'Internal server error' };
}

/** Sends the errors of a document; as GraphQL over HTTP requires, with 200 as application/json, otherwise with 400. */
export function sendErrors(
  response: Response,
  type: typeof json | typeof graphqlJson,
  errors: readonly GraphQLError[],
): void {
  response
    .status(type === json ? 200 : 400)
    .type(type)
    .json({ errors });
}
