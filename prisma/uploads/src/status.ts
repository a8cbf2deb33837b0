/** Every status of an upload, in the order of its life; the last three are ends and absorb whatever comes after. */
export const uploadStatuses = [
  'RECEIVED',
  'QUEUED',
  'PROCESSING',
  'LOADED',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
] as const;

export type UploadStatus = (typeof uploadStatuses)[number];

export type FinalStatus = 'COMPLETED' | 'FAILED' | 'CANCELLED';

/** Whether an upload with this status can never change again. */
export const isFinal = (status: UploadStatus): status is FinalStatus =>
  status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED';
