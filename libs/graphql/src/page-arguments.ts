import { invalidInput } from '@tributary/core';

/** The arguments of one page of a connection; `first` over `max` or below 0 is BAD_USER_INPUT with value and limit. */
export function pageArguments(
  given: { first?: number | null | undefined; after?: string | null | undefined },
  { max = 100, usual = 20 }: { max?: number; usual?: number } = {},
): { first: number; after: string | undefined } {
  const first = given.first ?? usual;
  if (!Number.isInteger(first) || first < 0 || first > max) {
    throw invalidInput(`first must be between 0 and ${max}, and is ${first}`);
  }
  return { first, after: given.after ?? undefined };
}
