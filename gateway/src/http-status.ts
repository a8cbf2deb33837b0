import type { ErrorCode } from '@tributary/core';

const byCode: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  BAD_USER_INPUT: 400,
  FILE_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
};

/** The HTTP status of a whole request that failed with that code. */
export function httpStatus(code: ErrorCode): number {
  return byCode[code] ?? 500;
}
