import { type ErrorCode, isAppError } from '@tributary/core';
import { GraphQLError } from 'graphql';

const httpStatus: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  BAD_USER_INPUT: 400,
  FILE_TOO_LARGE: 413,
  UNAVAILABLE: 503,
};

/** A GraphQL error with that code. */
export function codedError(code: ErrorCode, message: string, cause?: unknown): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code },
    ...(cause instanceof Error ? { originalError: cause } : {}),
  });
}

/** An error that ends a whole request: an AppError gets the HTTP status that belongs to its code. */
export function requestError(error: unknown): unknown {
  if (!isAppError(error)) return error;
  const http = { status: httpStatus[error.code] ?? 500 };
  return new GraphQLError(error.message, { extensions: { code: error.code, http }, originalError: error });
}

/** The HTTP status that belongs to a code. */
export function statusOf(code: ErrorCode): number {
  return httpStatus[code] ?? 500;
}
