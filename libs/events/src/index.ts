export { type BodyOf, defineEvent, type EventContract } from './define-event.ts';
export {
  loadCancelled,
  loadCompleted,
  loadDelayed,
  loadFailed,
  loadProgressed,
  loadStarted,
  queriesRefreshed,
} from './employment.ts';
export { emailReopened, emailSent } from './notifications.ts';
export {
  rejectionReason,
  rowCounts,
  uploadCancelled,
  uploadDeleted,
  uploadFinished,
  uploadReceived,
} from './uploads.ts';
export { confirmationRequested, resetRequested } from './users.ts';
