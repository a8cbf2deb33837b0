import { AppError, type ErrorCode } from '@tributary/core';
import type { LimitName } from '../metrics/limit-of.ts';

/** What is more than a limit allows, and by which. */
export class OverLimit extends AppError {
  readonly limit: LimitName;

  constructor(code: ErrorCode, message: string, limit: LimitName) {
    super(code, message);
    this.limit = limit;
  }
}
