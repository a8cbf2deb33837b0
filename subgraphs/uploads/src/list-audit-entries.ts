import { type Connection, decodeCursor, encodeCursor, readPageArguments, toConnection } from '@tributary/graphql';
import type { AuditEntry, UploadsDb } from '@tributary/uploads-db';
import { z } from 'zod';

export type AuditPage = Connection<AuditEntry>;

const position = z.tuple([z.int().min(1)]);

/** One page of what was done that cannot be undone, newest first. */
export async function listAuditEntries(
  { client }: UploadsDb,
  page: { first?: number | null | undefined; after?: string | null | undefined },
): Promise<AuditPage> {
  const { first, after } = readPageArguments(page);
  const where = after === undefined ? {} : { id: { lt: BigInt(decodeCursor(after, position)[0]) } };
  const rows = await client.auditEntry.findMany({ where, orderBy: { id: 'desc' }, take: first + 1 });
  return toConnection(rows, {
    first,
    after,
    cursorOf: ({ id }) => encodeCursor([Number(id)]),
    totalCount: () => client.auditEntry.count(),
  });
}
