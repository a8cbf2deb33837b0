/** Rates of operations that guess secrets or send mails, per address and per account, for `npm start` and Kubernetes. */
export const attemptLimits = [
  'Mutation.login(email)=10/60s',
  'Mutation.register(input.email)=10/60s',
  'Mutation.requestPasswordReset(email)=5/60s',
  'Mutation.resetPassword(token)=10/60s',
  'Mutation.changePassword=10/60s',
  'Mutation.confirmEmail(token)=10/60s',
  'Mutation.resendConfirmation=5/60s',
].join(',');
