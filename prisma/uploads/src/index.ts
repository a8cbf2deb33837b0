export { type AcceptedFile, acceptUpload } from './accept-upload.ts';
export { openUploadsDb, type UploadsDb } from './client.ts';
export type { Upload, UploadEvent } from './generated/client.ts';
export { closeIntake, type NewIntake, openIntake, renewIntake, staleIntakes } from './intakes.ts';
export { createOutboxStore, type OutboxRow } from './outbox-store.ts';
export { recordFacts } from './record-facts.ts';
export { unknownFiles } from './unknown-files.ts';
export type { RejectionReason, RowCounts, UploadFact, UploadLogEvent } from './upload-facts.ts';
export { isEnd, type UploadStatus, uploadStatuses } from './upload-status.ts';
