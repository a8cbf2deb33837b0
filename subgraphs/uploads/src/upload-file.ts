import { type Clock, invalidInput, type Log } from '@tributary/core';
import type { FileStore } from '@tributary/file-store';
import type { Viewer } from '@tributary/graphql';
import {
  type AcceptFile,
  forgetIntake,
  giveUpIntake,
  openIntake,
  type Upload,
  type UploadsDb,
  unknownFiles,
} from '@tributary/uploads-db';
import { displayFilename } from './display-filename.ts';
import type { IncomingFile } from './incoming-file.ts';
import { holdLease, leaseMs } from './intake-lease.ts';
import { letAwaitedPass } from './let-awaited-pass.ts';
import { findOriginal, requireSame } from './original-upload.ts';
import { uuidV7 } from './uuid-v7.ts';

export interface UploadFileInput {
  readonly owner: Viewer;
  readonly file: IncomingFile;
  readonly kind: string;
  readonly idempotencyKey: string | null;
}

export interface UploadFileDeps {
  readonly db: UploadsDb;
  readonly accept: AcceptFile;
  readonly files: FileStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Tells that an upload was accepted: its message is in the outbox, its first event in the log. */
  accepted(upload: Upload): void;
}

/**
 * Takes in one file in constant memory. Its intake is written before the first byte and its record only once the file
 * is durable; if anything fails in between, neither file, record nor message is left. A key that was used before
 * answers with the upload of that time if content and kind are the same, else CONFLICT.
 */
export async function uploadFile(input: UploadFileInput, deps: UploadFileDeps): Promise<Upload> {
  const { owner, idempotencyKey } = input;
  if (idempotencyKey !== null && !/^[\x20-\x7e]{1,255}$/.test(idempotencyKey)) {
    throw invalidInput('idempotencyKey must be 1 to 255 printable ASCII characters.');
  }
  const original = await findOriginal(deps.db, owner.id, idempotencyKey);
  return original === null ? takeIn(input, deps) : requireSame(original, input);
}

async function takeIn(input: UploadFileInput, deps: UploadFileDeps): Promise<Upload> {
  const { owner, kind, idempotencyKey } = input;
  const { db, files, clock } = deps;
  const now = clock.now();
  const id = uuidV7(now);
  const intake = { id, ownerId: owner.id, kind, idempotencyKey, leaseUntil: new Date(now.getTime() + leaseMs) };
  await openIntake(db, intake, { now, deleteFile: (fileId) => files.delete(fileId) });
  try {
    // The first upload with this key may have been accepted just before its key was ours to reserve.
    const original = await findOriginal(db, owner.id, idempotencyKey);
    if (original !== null) {
      await giveUp(id, deps);
      return await requireSame(original, input);
    }
    return await storeAndAccept({ id, openedAt: now }, input, deps);
  } catch (error) {
    await giveUp(id, deps);
    throw error;
  }
}

async function storeAndAccept(
  { id, openedAt }: { id: string; openedAt: Date },
  { owner, file, kind }: UploadFileInput,
  deps: UploadFileDeps,
) {
  const stored = await holdLease(id, deps, async (signal) => {
    const written = await deps.files.write(id, file.content, { signal });
    await letAwaitedPass({ ownerId: owner.id, kind, openedAt }, { ...deps, signal });
    return written;
  });
  const filename = displayFilename(file.filename);
  const upload = await deps.accept({ intakeId: id, owner, filename, kind, ...stored }, deps.clock.now());
  deps.accepted(upload);
  return upload;
}

/** Leaves nothing of an intake that broke off; what cannot be removed now, the sweeper removes. Call it once nothing of the file is on its way. */
async function giveUp(id: string, { db, files, clock, log }: UploadFileDeps): Promise<void> {
  const deleteFile = (fileId: string) => files.delete(fileId);
  try {
    await giveUpIntake(db, id, { deleteFile, now: clock.now() });
    await forgetIntake(db, id);
    for (const fileId of await unknownFiles(db, [id])) await deleteFile(fileId);
  } catch (error) {
    log.warn({ err: error, uploadId: id }, 'a broken-off intake is left to the sweeper');
  }
}
