import { uploadFinished } from '@tributary/events';
import type { Prisma, Upload } from './generated/client.ts';
import type { UploadState } from './upload-facts.ts';
import { type UploadStatus, uploadStatuses } from './upload-status.ts';

/** Reads what the row knows about its upload. */
export function stateOfRow(row: Upload): UploadState {
  const { rowsRead, rowsLoaded, rowsRejected, awaitedVersion, answeredVersion } = row;
  return {
    ...row,
    status: statusOf(row.status),
    counts: { rowsRead, rowsLoaded, rowsRejected },
    reasons: uploadFinished.body.shape.reasons.parse(JSON.parse(row.reasons)),
    awaitedVersion: awaitedVersion === null ? null : Number(awaitedVersion),
    answeredVersion: answeredVersion === null ? null : Number(answeredVersion),
  };
}

/** The columns that carry a state. */
export function columnsOfState(state: UploadState) {
  const { counts, reasons, status, cursor, percent, failure, startedAt, progressAt, progressEvents } = state;
  const { delayMessage, awaitedVersion, answeredVersion, updatedAt, finishedAt, notifiedAt } = state;
  return {
    ...counts,
    ...{ status, cursor, percent, failure, startedAt, progressAt, progressEvents, delayMessage },
    ...{ awaitedVersion, answeredVersion, updatedAt, finishedAt, notifiedAt },
    reasons: JSON.stringify(reasons),
  } satisfies Prisma.UploadUpdateInput;
}

function statusOf(value: string): UploadStatus {
  const status = uploadStatuses.find((known) => known === value);
  if (status === undefined) throw new Error(`An upload has the unknown status ${value}.`);
  return status;
}
