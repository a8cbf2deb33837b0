import { type Connection, encodeCursor, readPageArguments, toConnection } from '@tributary/graphql';
import type { User, UsersDb } from '@tributary/users-db';
import { z } from 'zod';

// The range of a DATETIME column.
const createdMs = z
  .int()
  .min(Date.UTC(1000, 0))
  .max(Date.UTC(9999, 11, 31));
const cursor = z.tuple([createdMs, z.string()]);

/** One page of all users, oldest first. */
export async function listUsers(
  page: { first?: number | null; after?: string | null },
  { db }: { db: UsersDb },
): Promise<Connection<User>> {
  const { first, after } = readPageArguments(page, cursor);
  const [createdAtMs, id] = after ?? [];
  const createdAt = createdAtMs === undefined ? undefined : new Date(createdAtMs);
  const where =
    createdAt && id !== undefined ? { OR: [{ createdAt: { gt: createdAt } }, { createdAt, id: { gt: id } }] } : {};
  const rows = await db.query((client) =>
    client.user.findMany({ where, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }], take: first + 1 }),
  );
  return toConnection(rows, {
    first,
    after,
    cursorOf: (user) => encodeCursor([user.createdAt.getTime(), user.id]),
    totalCount: () => db.query((client) => client.user.count()),
  });
}
