import { AppError, defaultReasons, type ErrorCode, type ErrorReason, toExtensions } from '@tributary/core';
import { GraphQLError } from 'graphql';
import type { LimitName } from './limit-names.ts';

/** Converts an error to GraphQL's form, with its code among the extensions. */
export function toGraphQLError(error: AppError): GraphQLError {
  return new GraphQLError(error.message, { extensions: getErrorExtensions(error), originalError: error });
}

/** The extensions of an error: its code and reason; for an exceeded limit also the limit and when to try again. */
export function getErrorExtensions(error: AppError) {
  const extensions = toExtensions(error);
  if (!(error instanceof RetryAfterError)) return extensions;
  return { ...extensions, limit: error.limit, retryAfterSeconds: error.retryAfterSeconds };
}

/** Codes of subgraphs, which give their errors reasons themselves. */
const codesOfSubgraphs = new Set<unknown>(['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'CONFLICT']);

/** Adds the reason to the extensions of an error of a library, by its code; extensions with a reason stay as they are. */
export function addReason(extensions: Readonly<Record<string, unknown>>, message = ''): Record<string, unknown> {
  if (extensions.reason !== undefined || codesOfSubgraphs.has(extensions.code)) return { ...extensions };
  const { validationErrorCode: validation } = extensions;
  const reason =
    validation === 'INTROSPECTION_DISABLED'
      ? validation
      : typeof validation === 'string' && validation.endsWith('_EXCEEDED')
        ? 'OPERATION_TOO_LARGE'
        : extensions.code === 'BAD_USER_INPUT' && message.startsWith('Variable "')
          ? 'VARIABLE_INVALID'
          : new Map<unknown, ErrorReason>(Object.entries(defaultReasons)).get(extensions.code);
  return reason === undefined ? { ...extensions } : { ...extensions, reason };
}

/** Removes the proposed names of the schema from a message of graphql-js. */
export function stripSuggestions(message: string): string {
  return message.replace(/ ?Did you mean .+\?$/, '');
}

/** A request exceeded a limit. */
export class LimitExceededError extends AppError {
  readonly limit: LimitName;

  constructor(code: ErrorCode, message: string, limit: LimitName) {
    super(code, message, { reason: getLimitReason(code, limit) });
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

function getLimitReason(code: ErrorCode, limit: LimitName): ErrorReason {
  if (code === 'BAD_USER_INPUT') return limit === 'CSRF' ? 'PREFLIGHT_REQUIRED' : 'REQUEST_TOO_LARGE';
  if (code === 'UNAVAILABLE') return limit.endsWith('TIMEOUT_MS') ? 'TIMED_OUT' : 'TOO_BUSY';
  return defaultReasons[code];
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
