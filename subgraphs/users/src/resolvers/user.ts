import { requirePermission, requireViewer, type Viewer } from '@tributary/graphql';
import type { UserResolvers } from '../generated/graphql.ts';
import { permissionsOf, type UserRow } from '../user.ts';

export const User: UserResolvers = {
  __resolveReference: ({ id }, { viewer, userLoader }) => {
    requireViewer(viewer);
    return userLoader.load(id);
  },
  email: (user, _args, { viewer }) => {
    requireSelfOrAdministrator(user, viewer);
    return user.email;
  },
  emailConfirmed: ({ emailConfirmedAt }) => emailConfirmedAt !== null,
  permissions: (user, _args, { viewer }) => {
    requireSelfOrAdministrator(user, viewer);
    return permissionsOf(user);
  },
};

function requireSelfOrAdministrator(user: UserRow, viewer: Viewer | null): void {
  if (user.isSignedIn || viewer?.id === user.id) return;
  requirePermission(viewer, 'ADMIN');
}
