export {
  acceptsType,
  type BodyOf,
  bindingsOf,
  defineEvent,
  type EventContract,
  parseBody,
  typesOf,
} from './define-event.ts';
export { employmentResults, toCurrentCondition } from './former-work.ts';
export { emailReopened, emailSent, emailSkipped } from './notifications.ts';
export {
  uploadAccepted,
  uploadCancelled,
  uploadDeleted,
  uploadFinished,
} from './uploads.ts';
export { confirmationRequested, resetRequested } from './users.ts';
export { anyWork, problem, workEvents } from './work.ts';
