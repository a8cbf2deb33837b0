import { AsyncResource } from 'node:async_hooks';
import { isAppError } from '@tributary/core';
import { type Acceptance, type AcceptedFile, acceptUploads } from './accept-uploads.ts';
import type { UploadsDb } from './client.ts';
import { createLine } from './create-line.ts';
import type { Upload } from './generated/client.ts';

const mostTogether = 100;
const mostWaiting = 5_000;
/** Well under the lease of an intake, which is not renewed any more. */
const patienceMs = 10_000;

export type AcceptFile = (file: AcceptedFile, now: Date) => Promise<Upload>;

/**
 * Accepts files in the order they come, together with those that come while an acceptance is under way. What is wrong with
 * one is its own: where they cannot be accepted together, they are one by one.
 */
export function createAcceptances(db: UploadsDb): AcceptFile {
  const full = 'Too many files are being accepted at the moment; send it again.';
  const join = createLine<Acceptance, Upload>({
    run: (group) => inTraceOfFirst(group, () => acceptTogether(db, group)),
    ...{ mostTogether, mostWaiting, patienceMs, full },
  });
  return (file, now) => join({ file, now, caller: new AsyncResource('acceptance') });
}

const inTraceOfFirst = <T>([first]: readonly Acceptance[], work: () => T): T =>
  first === undefined ? work() : first.caller.runInAsyncScope(work);

async function acceptTogether(db: UploadsDb, group: readonly Acceptance[]) {
  try {
    return await acceptUploads(db, group);
  } catch (error) {
    if (group.length === 1 || isAppError(error, 'UNAVAILABLE')) throw error;
    return acceptEach(db, group);
  }
}

/** Once the database is away the rest is not tried. */
async function acceptEach(db: UploadsDb, group: readonly Acceptance[]): Promise<PromiseSettledResult<Upload>[]> {
  const results: PromiseSettledResult<Upload>[] = [];
  for (const one of group) {
    const last = results.at(-1);
    const isAway = last?.status === 'rejected' && isAppError(last.reason, 'UNAVAILABLE');
    results.push(...(isAway ? [last] : await acceptAlone(db, one)));
  }
  return results;
}

const acceptAlone = (db: UploadsDb, one: Acceptance): Promise<PromiseSettledResult<Upload>[]> =>
  acceptUploads(db, [one]).catch((reason: unknown) => [{ status: 'rejected', reason }]);
