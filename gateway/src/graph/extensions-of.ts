import type { AppError, ErrorCode } from '@tributary/core';
import { TryLater } from '../limits/try-later.ts';

/** What an error tells beside its message: its code; where a limit refused, which one and when to try again. */
export function extensionsOf(error: AppError): { code: ErrorCode; limit?: string; retryAfterSeconds?: number } {
  const { code } = error;
  if (!(error instanceof TryLater)) return { code };
  return { code, limit: error.limit, retryAfterSeconds: error.retryAfterSeconds };
}
