import { AppError } from '@tributary/core';

/** What a limit refuses, by the variable that sets it; the same request may be answered after that many seconds. */
export class TryLater extends AppError {
  readonly limit: string;
  readonly retryAfterSeconds: number;

  constructor(
    code: 'RATE_LIMITED' | 'UNAVAILABLE',
    message: string,
    { limit, retryAfterSeconds }: { limit: string; retryAfterSeconds: number },
  ) {
    super(code, message);
    this.limit = limit;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
