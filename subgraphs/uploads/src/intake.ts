import { randomBytes } from 'node:crypto';
import { type Clock, invalidArgument, type Log } from '@tributary/core';
import { type FileStore, toUploadName } from '@tributary/file-store';
import type { Viewer } from '@tributary/graphql';
import {
  type AcceptFile,
  abandonIntake,
  deleteAbandonedIntake,
  findOrphanFiles,
  openIntake,
  type Upload,
  type UploadsDb,
} from '@tributary/uploads-db';
import { assertIdempotentReplay, findOriginal } from './idempotency.ts';
import type { IncomingFile } from './incoming-file.ts';
import { holdLease, leaseMs } from './intake-lease.ts';
import { waitForPrerequisites } from './prerequisites.ts';

export interface UploadFileInput {
  readonly owner: Viewer;
  readonly file: IncomingFile;
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly idempotencyKey: string | null;
}

export interface UploadFileDeps {
  readonly db: UploadsDb;
  readonly accept: AcceptFile;
  readonly files: FileStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Called when an upload was accepted: its message is in the outbox, its first event in the log. */
  onAccepted(upload: Upload): void;
}

/**
 * Takes in one file in constant memory. Its intake is written before the first byte and its record only once the file
 * is durable; if anything fails in between, neither file, record nor message is left. A key that was used before
 * answers with the upload of that time if content, kind and options are the same, else CONFLICT.
 */
export async function uploadFile(input: UploadFileInput, deps: UploadFileDeps): Promise<Upload> {
  const { owner, idempotencyKey } = input;
  if (idempotencyKey !== null && !/^[\x20-\x7e]{1,255}$/.test(idempotencyKey)) {
    const message = '`idempotencyKey` must be 1 to 255 printable ASCII characters.';
    throw invalidArgument(['idempotencyKey'], 'IDEMPOTENCY_KEY_INVALID', message);
  }
  const original = await findOriginal(deps.db, owner.id, idempotencyKey);
  return original === null ? takeIn(input, deps) : assertIdempotentReplay(original, input);
}

async function takeIn(input: UploadFileInput, deps: UploadFileDeps): Promise<Upload> {
  const { owner, kind, idempotencyKey } = input;
  const { db, files, clock } = deps;
  const now = clock.now();
  const id = createUuidV7(now);
  const intake = { id, ownerId: owner.id, kind, idempotencyKey, leaseUntil: new Date(now.getTime() + leaseMs) };
  await openIntake(db, intake, { now, deleteFile: (fileId) => files.delete(toUploadName(fileId)) });
  try {
    // The first upload with this key may have been accepted just before its key was ours to reserve.
    const original = await findOriginal(db, owner.id, idempotencyKey);
    if (original !== null) {
      await abandon(id, deps);
      return await assertIdempotentReplay(original, input);
    }
    return await storeAndAccept({ id, openedAt: now }, input, deps);
  } catch (error) {
    await abandon(id, deps);
    throw error;
  }
}

async function storeAndAccept(
  { id, openedAt }: { id: string; openedAt: Date },
  { owner, file, kind, options }: UploadFileInput,
  deps: UploadFileDeps,
) {
  const stored = await holdLease(id, deps, async (signal) => {
    const written = await deps.files.write(toUploadName(id), file.content, { signal });
    await waitForPrerequisites({ ownerId: owner.id, kind, openedAt }, { ...deps, signal });
    return written;
  });
  const filename = toDisplayFilename(file.filename);
  const upload = await deps.accept({ intakeId: id, owner, filename, kind, options, ...stored }, deps.clock.now());
  deps.onAccepted(upload);
  return upload;
}

/** Leaves nothing of an intake that broke off; what cannot be removed now, the sweeper removes. Call it once nothing of the file is on its way. */
async function abandon(id: string, { db, files, clock, log }: UploadFileDeps): Promise<void> {
  const deleteFile = (fileId: string) => files.delete(toUploadName(fileId));
  try {
    await abandonIntake(db, id, { deleteFile, now: clock.now() });
    await deleteAbandonedIntake(db, id);
    for (const fileId of await findOrphanFiles(db, [id])) await deleteFile(fileId);
  } catch (error) {
    log.warn({ err: error, uploadId: id }, 'intake cleanup failed, left to the sweeper');
  }
}

const maxCharacters = 200;

/**
 * The name of a file as it is shown: without folders, control characters and marks that turn the direction of text,
 * and not over 200 characters, its ending kept. It never names anything in the store.
 */
export function toDisplayFilename(filename: string): string {
  const name = (filename.split(/[/\\]/).at(-1) ?? '').replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '').trim();
  const characters = [...name];
  if (characters.length === 0) return 'unnamed';
  if (characters.length <= maxCharacters) return name;
  const extension = getExtension(name);
  return `${characters.slice(0, maxCharacters - extension.length - 1).join('')}…${extension}`;
}

/** The extension of a filename with its dot; empty without one. */
export const getExtension = (name: string) => /\.[\p{L}\p{N}]{1,10}$/u.exec(name)?.[0] ?? '';

/** A UUID of version 7 (RFC 9562): 48 bits of milliseconds, then random, so that new rows go to the end of the index. */
export function createUuidV7(now: Date): string {
  const time = now.getTime().toString(16).padStart(12, '0');
  const random = randomBytes(10).toString('hex');
  const variant = ((Number.parseInt(random.slice(3, 4), 16) & 0x3) | 0x8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}
