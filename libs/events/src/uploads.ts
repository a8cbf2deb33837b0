import { z } from 'zod';
import { defineEvent, defineFormer } from './define-event.ts';

const uploader = z.object({
  id: z.uuid(),
  email: z.email(),
  name: z.string(),
  /** False: no mail may be sent to the address. Messages of older versions lack it and count as confirmed. */
  emailConfirmed: z.boolean().optional(),
});

/** A reason a row was rejected, as the mail shows it. `line` counts from 1, `raw` is cut to 200 characters. */
export const rejectionReason = z.object({
  line: z.int().min(1),
  column: z.string().nullable(),
  code: z.string(),
  message: z.string(),
  raw: z.string(),
});

/** Rows seen, loaded and rejected so far; always rowsRead = rowsLoaded + rowsRejected. */
const rowCounts = z.object({
  rowsRead: z.int().min(0),
  rowsLoaded: z.int().min(0),
  rowsRejected: z.int().min(0),
});

const accepted = z.object({
  uploadId: z.uuid(),
  fileId: z.string().min(1),
  filename: z.string(),
  kind: z.string().min(1),
  /** As the kind declares them, defaults included. Messages of older versions lack them. */
  options: z.record(z.string(), z.unknown()).default({}),
  bytes: z.int().min(0),
  sequence: z.int().min(1),
  uploader,
  /** Earlier uploads, unfinished at intake, that must have ended before this one may be processed. */
  dependsOn: z.array(z.uuid()),
  receivedAt: z.iso.datetime(),
});

/** An upload was accepted: its file is durable, its place in the order fixed by `sequence`. */
export const uploadAccepted = defineEvent('uploads.upload.accepted', accepted, {
  suffix: ({ kind }) => kind.toLowerCase(),
  former: [defineFormer('uploads.upload.received', z.looseObject({}), (body) => body, 'uploads.upload.received.*')],
});

/** An upload reached an end, in the transaction that wrote its last event. */
export const uploadFinished = defineEvent(
  'uploads.upload.finished',
  z.object({
    uploadId: z.uuid(),
    filename: z.string(),
    kind: z.string(),
    status: z.enum(['COMPLETED', 'FAILED', 'CANCELLED']),
    uploader,
    ...rowCounts.shape,
    failure: z.string().nullable(),
    reasons: z.array(rejectionReason).max(10),
    receivedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime(),
  }),
);

/**
 * The owner cancelled an upload that had not ended: its worker stops within one chunk, keeps what is committed and
 * reports it. Names all that a worker needs that never received the upload itself.
 */
export const uploadCancelled = defineEvent(
  'uploads.upload.cancelled',
  z.object({
    uploadId: z.uuid(),
    kind: z.string().min(1),
    sequence: z.int().min(1),
    uploader,
    at: z.iso.datetime(),
  }),
);

/**
 * An upload was deleted, after its end or after it was dead-lettered: each worker deletes what it keeps of the file and does
 * not start it again; rows that were loaded stay.
 */
export const uploadDeleted = defineEvent(
  'uploads.upload.deleted',
  /** Messages of older versions lack the kind. */
  z.object({ uploadId: z.uuid(), kind: z.string().optional(), at: z.iso.datetime() }),
);
