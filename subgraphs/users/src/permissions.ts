import { type Clock, conflict, notFound } from '@tributary/core';
import type { Transaction, User, UsersDb } from '@tributary/users-db';
import { getPermissions, lockUser, toPermissionList } from './accounts.ts';
import type { Revocations } from './sessions/revocations.ts';

/**
 * Replaces a user's permissions and revokes the tokens that carry the old ones. LAST_ADMINISTRATOR if no administrator would
 * remain. UNAVAILABLE while Redis is unavailable; then nothing has changed.
 */
export async function setPermissions(
  input: { userId: string; permissions: readonly string[] },
  { db, clock, revocations }: { db: UsersDb; clock: Clock; revocations: Revocations },
): Promise<User> {
  return db.transaction(async (tx) => {
    if (!input.permissions.includes('ADMIN')) await requireAnotherAdministrator(tx, input.userId);
    const locked = await lockUser(tx, input.userId);
    if (locked === null) {
      throw notFound(`There is no user ${JSON.stringify(input.userId.slice(0, 100))}.`, { reason: 'USER_NOT_FOUND' });
    }
    const permissions = toPermissionList(input.permissions);
    if (permissions === toPermissionList(getPermissions(locked))) return locked;
    const user = await tx.user.update({ where: { id: locked.id }, data: { permissions } });
    // No token can be issued while the row is locked, so all tokens with the old permissions are older than this.
    await revocations.refuseBefore(tx, user.id, new Date(clock.now().getTime() + 1));
    return user;
  });
}

/** Locks all administrators in a fixed order, so that two cannot remove each other at the same time. */
async function requireAnotherAdministrator(tx: Transaction, userId: string): Promise<void> {
  const administrators = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM users WHERE FIND_IN_SET('ADMIN', permissions) ORDER BY id FOR UPDATE`;
  if (administrators.length === 1 && administrators[0]?.id === userId) {
    throw conflict('This is the last administrator. Grant ADMIN to another user first.', {
      reason: 'LAST_ADMINISTRATOR',
    });
  }
}
