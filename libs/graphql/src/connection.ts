import { checkAll, invalidArgument } from '@tributary/core';
import type { z } from 'zod';

/** One page after the Relay cursor specification; `totalCount` is a function so that it runs only when selected. */
export interface Connection<T> {
  edges: { cursor: string; node: T }[];
  nodes: T[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  totalCount: () => Promise<number>;
}

/**
 * Makes a page of at most `first` rows; ask the database for `first + 1`, since one more row means that there is a next
 * page.
 */
export function toConnection<T>(
  rows: readonly T[],
  page: { first: number; after?: unknown; cursorOf: (row: T) => string; totalCount: () => Promise<number> },
): Connection<T> {
  const edges = rows.slice(0, page.first).map((node) => ({ cursor: page.cursorOf(node), node }));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: rows.length > page.first,
      hasPreviousPage: page.after !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: page.totalCount,
  };
}

export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/** The number of rows that `first` asks for; BAD_USER_INPUT with value and bounds below 0 and above `max`. */
export function readFirst(
  { first: given }: PageArguments,
  { max = 100, defaultFirst = 20 }: { max?: number; defaultFirst?: number } = {},
): number {
  const first = given ?? defaultFirst;
  if (Number.isInteger(first) && first >= 0 && first <= max) return first;
  throw invalidArgument(['first'], 'ARGUMENT_OUT_OF_RANGE', `\`first\` must be between 0 and ${max}, not ${first}.`);
}

/** The arguments of one page, `after` decoded; BAD_USER_INPUT names each of the two that is wrong. */
export function readPageArguments<S extends z.ZodType>(
  page: PageArguments,
  shape: S,
  options: { max?: number; defaultFirst?: number } = {},
): { first: number; after: z.output<S> | undefined } {
  return checkAll({
    first: () => readFirst(page, options),
    after: () => (page.after == null ? undefined : decodeCursor(page.after, shape)),
  });
}

/** An opaque cursor that carries the values a keyset page continues from. */
export function encodeCursor(values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** The values of a cursor of `encodeCursor`, of that shape (`z.tuple([...])`); anything else is BAD_USER_INPUT. */
function decodeCursor<S extends z.ZodType>(cursor: string, shape: S): z.output<S> {
  const result = shape.safeParse(parseCursor(cursor));
  if (result.success) return result.data;
  const shown = JSON.stringify(cursor.slice(0, 100));
  throw invalidArgument(['after'], 'CURSOR_INVALID', `${shown} is not a cursor of this list.`);
}

function parseCursor(cursor: string): unknown {
  if (!/^[\w-]+$/.test(cursor)) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
