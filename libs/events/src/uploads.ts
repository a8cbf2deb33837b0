import { z } from 'zod';
import { defineEvent, defineFormer } from './define-event.ts';
import { formerFinished } from './former-finished.ts';
import { problem } from './work.ts';

const uploader = z.object({
  id: z.uuid(),
  email: z.email(),
  name: z.string(),
  /** False: no mail may be sent to the address. Messages of older versions lack it and count as confirmed. */
  emailConfirmed: z.boolean().optional(),
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

/** The notice to the owner about a finished upload; the notifier only renders it. */
const notice = z.object({
  title: z.string().min(1),
  summary: z.string().min(1),
  facts: z.array(z.object({ label: z.string(), value: z.string() })).max(20),
  /** The first ten. */
  problems: z.array(problem).max(10),
  problemCount: z.int().min(0),
  nextStep: z.string(),
  /** `path` begins at the public address of the system. */
  links: z.array(z.object({ label: z.string(), path: z.string().startsWith('/') })).max(5),
});

/** An upload reached its final status, in the transaction that wrote its last event. */
export const uploadFinished = defineEvent(
  'uploads.upload.finished',
  z.object({
    uploadId: z.uuid(),
    filename: z.string(),
    kind: z.string(),
    status: z.enum(['COMPLETED', 'FAILED', 'CANCELLED']),
    uploader,
    receivedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime(),
    notice,
  }),
  { former: formerFinished },
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
