import { invalidInput } from '@tributary/core';
import type { z } from 'zod';

/** One page after the Relay cursor specification; `totalCount` is a function so that it runs only when selected. */
export interface Connection<T> {
  edges: { cursor: string; node: T }[];
  nodes: T[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  totalCount: () => Promise<number>;
}

/** Makes a page of at most `first` rows; ask the database for `first + 1`, since one row more tells that there is a next page. */
export function toConnection<T>(
  rows: readonly T[],
  page: { first: number; after?: string | undefined; cursorOf: (row: T) => string; totalCount: () => Promise<number> },
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

/** The arguments of one page of a connection; `first` over `max` or below 0 is BAD_USER_INPUT with value and limit. */
export function readPageArguments(
  given: { first?: number | null | undefined; after?: string | null | undefined },
  { max = 100, defaultFirst = 20 }: { max?: number; defaultFirst?: number } = {},
): { first: number; after: string | undefined } {
  const first = given.first ?? defaultFirst;
  if (!Number.isInteger(first) || first < 0 || first > max) {
    throw invalidInput(`first must be between 0 and ${max}, and is ${first}`);
  }
  return { first, after: given.after ?? undefined };
}

/** An opaque cursor that carries the values a keyset page continues from. */
export function encodeCursor(values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** The values of a cursor made by encodeCursor, of the given shape (`z.tuple([...])`); anything else is BAD_USER_INPUT. */
export function decodeCursor<S extends z.ZodType>(cursor: string, shape: S): z.output<S> {
  const result = shape.safeParse(parseCursor(cursor));
  if (!result.success) throw invalidInput(`${JSON.stringify(cursor.slice(0, 100))} is not a cursor of this list`);
  return result.data;
}

function parseCursor(cursor: string): unknown {
  if (!/^[\w-]+$/.test(cursor)) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
