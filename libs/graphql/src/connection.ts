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
