import { uploadFinished } from '@tributary/events';
import { Prisma, type Upload } from './generated/client.ts';
import type { UploadState } from './upload-facts.ts';
import { type UploadStatus, uploadStatuses } from './upload-status.ts';

export const uploadFields = Object.values(Prisma.UploadScalarFieldEnum);

/** A field's column is its name in snake case. */
export const columnOf = (field: string) => `\`${field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}\``;

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
  } satisfies Partial<Record<keyof Upload, unknown>>;
}

function statusOf(value: string): UploadStatus {
  const status = uploadStatuses.find((known) => known === value);
  if (status === undefined) throw new Error(`An upload has the unknown status ${value}.`);
  return status;
}
