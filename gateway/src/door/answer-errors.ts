import { type ErrorCode, isAppError, type Log } from '@tributary/core';
import type { ErrorRequestHandler } from 'express';
import { httpStatus } from '../http-status.ts';
import { jsonTypeFor } from './accepted-types.ts';

/** Answers what a route or middleware threw, in GraphQL's shape of errors; a half-sent answer is cut off. */
export function answerErrors(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { status, code, message } = describe(error);
    if (status === 500) log.error({ err: error }, 'a request failed');
    response
      .status(status)
      .type(jsonTypeFor(request.headers.accept))
      .json({ errors: [{ message, extensions: { code } }] });
  };
}

function describe(error: unknown): { status: number; code: ErrorCode; message: string } {
  if (isAppError(error)) return { status: httpStatus(error.code), code: error.code, message: error.message };
  // What express and its body parsers throw for a malformed or too large request.
  if (error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500) {
    return { status: error.status, code: 'BAD_USER_INPUT', message: error.message };
  }
  return { status: 500, code: 'INTERNAL_SERVER_ERROR', message: 'Internal server error' };
}
