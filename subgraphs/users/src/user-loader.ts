import type { User, UsersDb } from '@tributary/users-db';
import DataLoader from 'dataloader';

export type UserLoader = DataLoader<string, User | null>;

/** Loads users by id, all that one request asks for in one query; null where there is none. */
export function createUserLoader({ db }: { db: UsersDb }): UserLoader {
  return new DataLoader(async (ids) => {
    const rows = await db.query((client) => client.user.findMany({ where: { id: { in: [...ids] } } }));
    const byId = new Map(rows.map((user) => [user.id, user]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}
