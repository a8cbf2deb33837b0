import type { Transaction, User } from '@tributary/users-db';

/** Locks the user's row until the transaction ends and gives its newest state; null if there is no such user. */
export async function lockUser(tx: Transaction, id: string): Promise<User | null> {
  await tx.$queryRaw`SELECT id FROM users WHERE id = ${id} FOR UPDATE`;
  return tx.user.findUnique({ where: { id } });
}
