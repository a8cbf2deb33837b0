import { Prisma } from '@tributary/employment-db';
import DataLoader from 'dataloader';
import type { ReadRows } from './read-rows.ts';

/** One owner's rows that come after a number, in its order. */
export interface PageKey<Owner extends string | number> {
  owner: Owner;
  after: number;
  limit: number;
}

/**
 * Pages of several owners in one statement: each part of the UNION is a short range of an index, so that the cost grows
 * with the rows returned and not with the rows the owners have, as it would with a window function.
 */
export function createPageLoader<Owner extends string | number, Row extends { part: number | bigint }>(
  read: ReadRows,
  select: (part: Prisma.Sql, page: PageKey<Owner>) => Prisma.Sql,
): DataLoader<PageKey<Owner>, Row[], string> {
  return new DataLoader<PageKey<Owner>, Row[], string>(
    async (pages) => {
      const parts = pages.map((page, part) => Prisma.sql`(${select(Prisma.sql`${part} AS part`, page)})`);
      const rows = await read<Row>(Prisma.join(parts, ' UNION ALL '));
      return pages.map((_, part) => rows.filter((row) => Number(row.part) === part));
    },
    { cacheKeyFn: ({ owner, after, limit }) => `${owner} ${after} ${limit}`, maxBatchSize: 500 },
  );
}
