import { conflict } from '@tributary/core';
import { listPermissions } from '@tributary/kinds';
import { isDuplicate, type Transaction, type User, type UsersDb } from '@tributary/users-db';
import DataLoader from 'dataloader';
import { z } from 'zod';
import { normaliseEmail } from './account-rules.ts';

/** A user as resolvers see it. `isSignedIn` marks the user who signed in with this request. */
export type UserRow = User & { isSignedIn?: true };

const isPermission = (name: string) => listPermissions().some((permission) => permission.name === name);

/** The name of a permission that a subgraph or a kind of upload declares. */
export const permission = z.string().refine(isPermission, {
  error: () =>
    `must be one of ${listPermissions()
      .map(({ name }) => name)
      .join(', ')}`,
});

/** The permissions of a user's row, in alphabetical order, without undeclared ones. */
export function getPermissions(user: Pick<User, 'permissions'>): string[] {
  return user.permissions.split(',').filter(isPermission);
}

/** The permissions that a user effectively has: ADMIN includes all others. */
export function getEffectivePermissions(user: Pick<User, 'permissions'>): string[] {
  const permissions = getPermissions(user);
  return permissions.includes('ADMIN')
    ? listPermissions()
        .map(({ name }) => name)
        .sort()
    : permissions;
}

/** Permissions as stored in a row: without duplicates, in alphabetical order. */
export function toPermissionList(permissions: readonly string[]): string {
  return [...new Set(permissions)].sort().join(',');
}

export type UserLoader = DataLoader<string, User | null>;

/** Loads users by id, those of one request in one query; null for an unknown id. */
export function createUserLoader({ db }: { db: UsersDb }): UserLoader {
  return new DataLoader(async (ids) => {
    const rows = await db.query((client) => client.user.findMany({ where: { id: { in: [...ids] } } }));
    const byId = new Map(rows.map((user) => [user.id, user]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}

/** Writes a new account; EMAIL_TAKEN if the address has one, also in concurrent requests. */
export async function createAccount(
  tx: Pick<Transaction, 'user'>,
  account: {
    email: string;
    name: string;
    passwordHash: string;
    permissions: readonly string[];
    createdAt: Date;
    emailConfirmedAt: Date | null;
  },
): Promise<User> {
  try {
    return await tx.user.create({ data: { ...account, permissions: toPermissionList(account.permissions) } });
  } catch (error) {
    if (isDuplicate(error)) {
      throw conflict('An account with this email address already exists.', { reason: 'EMAIL_TAKEN' });
    }
    throw error;
  }
}

/** The account of an address, in any spelling; null if there is none, and for malformed addresses. */
export function findByEmail(address: string, db: UsersDb): Promise<User | null> {
  const email = normaliseEmail(address);
  // The column contains only ASCII; comparing it with other characters is an error of the database.
  const comparable = /^[\x20-\x7e]+$/.test(email) ? email : '';
  return db.query((client) => client.user.findUnique({ where: { email: comparable } }));
}

/** Locks the user's row until the transaction ends and returns its latest state; null if there is no such user. */
export async function lockUser(tx: Transaction, id: string): Promise<User | null> {
  await tx.$queryRaw`SELECT id FROM users WHERE id = ${id} FOR UPDATE`;
  return tx.user.findUnique({ where: { id } });
}
