/** How often `npm start` lets anyone try what could be guessed or mailed, per address and per account; Kubernetes has the same. */
export const attemptLimits = [
  'Mutation.login(email)=10/60s',
  'Mutation.register(input.email)=10/60s',
  'Mutation.requestPasswordReset(email)=5/60s',
  'Mutation.resetPassword(token)=10/60s',
  'Mutation.changePassword=10/60s',
  'Mutation.confirmEmail(token)=10/60s',
  'Mutation.resendConfirmation=5/60s',
].join(',');
