import { AsyncResource } from 'node:async_hooks';
import { type AcceptedFile, acceptUploads } from './acceptance.ts';
import type { UploadsDb } from './client.ts';
import type { Upload } from './generated/client.ts';

/** `acceptUploads` of one file: CONFLICT when its intake was given up. */
export async function acceptUpload(db: UploadsDb, file: AcceptedFile, now: Date): Promise<Upload> {
  const [result] = await acceptUploads(db, [{ file, now, caller: new AsyncResource('acceptance') }]);
  if (result?.status === 'fulfilled') return result.value;
  throw result?.reason;
}
