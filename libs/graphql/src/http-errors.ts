import { type ErrorCode, isAppError, type Log } from '@tributary/core';
import type { ErrorRequestHandler } from 'express';

const statusOf: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  BAD_USER_INPUT: 400,
  CONFLICT: 409,
  FILE_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
};

/**
 * Answers what a route or middleware threw, in GraphQL's shape of errors; a half-sent answer is cut off, since it cannot be taken back.
 * `failed` hears each code.
 */
export function answerErrors(log: Log, failed: (code: ErrorCode) => void): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const { status, message, code } = describe(error);
    failed(code);
    const requestId: unknown = response.locals.requestId;
    if (status >= 500 && code === 'INTERNAL_SERVER_ERROR') log.error({ err: error, requestId }, 'a request failed');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.status(status).json({ errors: [{ message, extensions: { code, requestId } }] });
  };
}

function describe(error: unknown): { status: number; message: string; code: ErrorCode } {
  if (isAppError(error)) {
    const status = statusOf[error.code];
    if (status !== undefined) return { status, message: error.message, code: error.code };
  }
  if (isClientError(error)) return { status: error.status, message: error.message, code: 'BAD_USER_INPUT' };
  return { status: 500, message: 'Internal server error', code: 'INTERNAL_SERVER_ERROR' };
}

/** What express and its body parsers throw for a malformed or too large request. */
function isClientError(error: unknown): error is { status: number; message: string } {
  return (
    error instanceof Error &&
    'status' in error &&
    typeof error.status === 'number' &&
    error.status >= 400 &&
    error.status < 500
  );
}
