import { type Connection, DateTime, requirePermission, requireViewer, type Viewer } from '@tributary/graphql';
import { getPermissions, type UserRow } from './accounts.ts';
import { confirmEmail, resendConfirmation } from './email-confirmations.ts';
import type { MutationResolvers, QueryResolvers, Resolvers, UserResolvers } from './generated/graphql.ts';
import { changePassword } from './passwords/replacement.ts';
import { requestPasswordReset, resetPassword } from './passwords/resets.ts';
import { setPermissions } from './permissions.ts';
import { registerUser } from './registration.ts';
import { logIn, logOut, refreshSession } from './sessions/login.ts';
import { listUsers } from './user-list.ts';

export type UserPage = Connection<UserRow>;

const Query: QueryResolvers = {
  me: (_parent, _args, { viewer, userLoader }) => viewer && userLoader.load(viewer.id),
  user: (_parent, { id }, { userLoader }) => userLoader.load(id),
  users: (_parent, page, context) => listUsers(page, context),
};

const Mutation: MutationResolvers = {
  register: (_parent, { input }, context) => registerUser(input, context),
  login: (_parent, input, context) => logIn(input, context),
  refreshToken: (_parent, { refreshToken }, context) => refreshSession(refreshToken, context),
  logout: (_parent, { refreshToken }, context) => logOut(refreshToken, context),
  changePassword: (_parent, passwords, context) =>
    changePassword({ userId: requireViewer(context.viewer).id, ...passwords }, context),
  confirmEmail: (_parent, { token }, context) => confirmEmail(token, context),
  resendConfirmation: (_parent, _args, context) => resendConfirmation(requireViewer(context.viewer).id, context),
  requestPasswordReset: (_parent, { email }, context) => requestPasswordReset(email, context),
  resetPassword: (_parent, input, context) => resetPassword(input, context),
  setPermissions: (_parent, input, context) => setPermissions(input, context),
};

const User: UserResolvers = {
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
    return getPermissions(user);
  },
};

function requireSelfOrAdministrator(user: UserRow, viewer: Viewer | null): void {
  if (user.isSignedIn || viewer?.id === user.id) return;
  requirePermission(viewer, 'ADMIN');
}

export const resolvers: Resolvers = { DateTime, Mutation, Query, User };
