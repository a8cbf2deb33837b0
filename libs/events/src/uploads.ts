import { z } from 'zod';
import { defineEvent } from './define-event.ts';

const uploader = z.object({ id: z.uuid(), email: z.email(), name: z.string() });

/** A reason a row was rejected, as the mail shows it. `line` counts from 1, `raw` is cut to 200 characters. */
export const rejectionReason = z.object({
  line: z.int().min(1),
  column: z.string().nullable(),
  code: z.string(),
  message: z.string(),
  raw: z.string(),
});

/** Rows seen, loaded and rejected so far; always rowsRead = rowsLoaded + rowsRejected. */
export const rowCounts = z.object({
  rowsRead: z.int().min(0),
  rowsLoaded: z.int().min(0),
  rowsRejected: z.int().min(0),
});

/** An upload was accepted: its file is durable, its place in the order fixed by `sequence`. */
export const uploadReceived = defineEvent(
  'uploads.upload.received',
  z.object({
    uploadId: z.uuid(),
    fileId: z.string().min(1),
    filename: z.string(),
    kind: z.string().min(1),
    bytes: z.int().min(0),
    sequence: z.int().min(1),
    uploader,
    /** Earlier uploads, unfinished at intake, that must have ended before this one may be loaded. */
    dependsOn: z.array(z.uuid()),
    receivedAt: z.iso.datetime(),
  }),
  (body) => body.kind.toLowerCase(),
);

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

/** An upload that had ended was deleted: whoever keeps something of its file has to delete that; rows it loaded stay. */
export const uploadDeleted = defineEvent(
  'uploads.upload.deleted',
  z.object({ uploadId: z.uuid(), at: z.iso.datetime() }),
);
