import { AppError, type ErrorCode } from '@tributary/core';
import { GraphQLError } from 'graphql';
import type { LimitName } from './limit-names.ts';

/** Converts an error to GraphQL's form, with its code among the extensions. */
export function toGraphQLError(error: AppError): GraphQLError {
  return new GraphQLError(error.message, { extensions: getErrorExtensions(error), originalError: error });
}

/** The extensions of an error: its code and reason; for an exceeded limit also the limit and when to try again. */
export function getErrorExtensions(error: AppError): { code: ErrorCode; limit?: string; retryAfterSeconds?: number } {
  const { code } = error;
  if (!(error instanceof RetryAfterError)) return { code };
  return { code, limit: error.limit, retryAfterSeconds: error.retryAfterSeconds };
}

/** Removes the proposed names of the schema from a message of graphql-js. */
export function stripSuggestions(message: string): string {
  return message.replace(/ ?Did you mean .+\?$/, '');
}

/** A request exceeded a limit. */
export class LimitExceededError extends AppError {
  readonly limit: LimitName;

  constructor(code: ErrorCode, message: string, limit: LimitName) {
    super(code, message);
    this.limit = limit;
  }
}

/** A request exceeded a limit, named by the variable that sets it; it may be sent again after `retryAfterSeconds`. */
export class RetryAfterError extends LimitExceededError {
  readonly retryAfterSeconds: number;

  constructor(
    code: 'RATE_LIMITED' | 'UNAVAILABLE',
    message: string,
    { limit, retryAfterSeconds }: { limit: LimitName; retryAfterSeconds: number },
  ) {
    super(code, message, limit);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const byCode: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  BAD_USER_INPUT: 400,
  FILE_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
};

/** The HTTP status of a request that failed as a whole with that code. */
export function httpStatus(code: ErrorCode): number {
  return byCode[code] ?? 500;
}

/** An error that answers the whole request with that 4xx status and code BAD_USER_INPUT. */
export function httpError(status: 405 | 406, message: string): Error {
  return Object.assign(new Error(message), { status });
}
