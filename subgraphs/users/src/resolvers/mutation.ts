import { requireViewer } from '@tributary/graphql';
import { changePassword } from '../change-password.ts';
import { confirmEmail, resendConfirmation } from '../email-confirmations.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { logIn } from '../log-in.ts';
import { logOut } from '../log-out.ts';
import { refreshSession } from '../refresh-session.ts';
import { registerUser } from '../register-user.ts';
import { requestPasswordReset } from '../request-password-reset.ts';
import { resetPassword } from '../reset-password.ts';
import { setPermissions } from '../set-permissions.ts';

export const Mutation: MutationResolvers = {
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
