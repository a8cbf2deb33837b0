import { type Connection, decodeCursor, encodeCursor, pageArguments, toConnection } from '@tributary/graphql';
import type { User, UsersDb } from '@tributary/users-db';
import { z } from 'zod';

const cursor = z.tuple([z.int(), z.string()]);

/** One page of all users, oldest first. */
export async function listUsers(
  given: { first?: number | null; after?: string | null },
  { db }: { db: UsersDb },
): Promise<Connection<User>> {
  const { first, after } = pageArguments(given);
  const [createdMs, id] = after === undefined ? [] : decodeCursor(after, cursor);
  const createdAt = createdMs === undefined ? undefined : new Date(createdMs);
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
