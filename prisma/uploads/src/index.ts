export { acceptUpload } from './accept-upload.ts';
export { type AcceptFile, createBatchedAccept } from './acceptance.ts';
export { requestCancel } from './cancellation.ts';
export { openUploadsDb, type UploadsDb } from './client.ts';
export type { AuditEntry, Upload, UploadEvent } from './generated/client.ts';
export {
  abandonIntake,
  deleteAbandonedIntake,
  findAbandonedIntakes,
  findStaleIntakes,
  hasOpenIntakes,
  openIntake,
  renewIntake,
} from './intakes.ts';
export { toTitledCounts } from './notice.ts';
export { createOutboxStore, type UploadsOutboxRow } from './outbox-store.ts';
export { prerequisiteKinds } from './prerequisite-kinds.ts';
export { findStuckUploads, resendPendingNotices, resendStaleUploads, resendUpload } from './stale-uploads.ts';
export { isFinal, type UploadStatus, uploadStatuses } from './status.ts';
export { createStatusRecorder, recordUpdates, type StatusRecorder } from './status-recorder.ts';
export type { StatusUpdate, UploadLogEvent } from './status-update.ts';
export { confirmFileDeleted, deleteUploadRecord, findFilesToDelete, findOrphanFiles } from './upload-deletion.ts';
export { toOptions } from './upload-messages.ts';
export { toCounts, toWorkResult } from './upload-rows.ts';
