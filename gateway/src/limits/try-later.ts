import type { LimitName } from '../metrics/limit-of.ts';
import { OverLimit } from './over-limit.ts';

/** What a limit refuses, by the variable that sets it; the same request may be answered after that many seconds. */
export class TryLater extends OverLimit {
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
