import { conflict } from '@tributary/core';
import { isDuplicate, type Transaction, type User } from '@tributary/users-db';
import { type Permission, toPermissionList } from './user.ts';

/** Writes a new account; CONFLICT if the address has one, also when two arrive at once. */
export async function createAccount(
  tx: Pick<Transaction, 'user'>,
  account: {
    email: string;
    name: string;
    passwordHash: string;
    permissions: readonly Permission[];
    createdAt: Date;
    emailConfirmedAt: Date | null;
  },
): Promise<User> {
  try {
    return await tx.user.create({ data: { ...account, permissions: toPermissionList(account.permissions) } });
  } catch (error) {
    if (isDuplicate(error)) throw conflict(`${account.email} has an account already`);
    throw error;
  }
}
