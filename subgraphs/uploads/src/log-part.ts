import { invalidInput } from '@tributary/core';
import { readPageArguments } from '@tributary/graphql';
import type { LogPart } from './event-loader.ts';

const maxCursor = 2 ** 31 - 1;

/** The part of a log that the arguments `after` and `first` ask for; `first` over 1000 or `after` below 0 is BAD_USER_INPUT. */
export function logPart(page: {
  first?: number | null | undefined;
  after?: number | null | undefined;
}): Pick<LogPart, 'after' | 'first'> {
  const { first } = readPageArguments({ first: page.first }, { max: 1000, defaultFirst: 100 });
  const after = page.after ?? 0;
  if (after < 0) throw invalidInput(`after must be a cursor from 0, and is ${after}`);
  return { after, first: Math.min(first, maxCursor - after) };
}
