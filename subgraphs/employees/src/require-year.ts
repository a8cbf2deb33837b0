import { invalidInput } from '@tributary/core';

/** The year, or BAD_USER_INPUT outside 1 to 9999. */
export function requireYear(year: number): number {
  if (year >= 1 && year <= 9999) return year;
  throw invalidInput(`year must be between 1 and 9999, and is ${year}`);
}
