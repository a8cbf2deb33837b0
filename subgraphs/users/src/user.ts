import type { User } from '@tributary/users-db';
import { z } from 'zod';

/** A user as resolvers pass it on; `isSignedIn` marks the one that has just proved who it is in this request. */
export type UserRow = User & { isSignedIn?: true };

export const permission = z.enum(['UPLOAD', 'QUERY', 'ADMIN']);
export type Permission = z.output<typeof permission>;

/** The permissions of a user's row, in alphabetical order. */
export function permissionsOf(user: Pick<User, 'permissions'>): Permission[] {
  return z.array(permission).parse(user.permissions.split(',').filter((name) => name !== ''));
}

/** Permissions as a row keeps them: each once, in alphabetical order. */
export function toPermissionList(permissions: readonly Permission[]): string {
  return [...new Set(permissions)].sort().join(',');
}
