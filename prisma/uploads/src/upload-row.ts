import { uploadFinished } from '@tributary/events';
import { z } from 'zod';
import { Prisma, type Upload } from './generated/client.ts';
import type { UploadState } from './upload-facts.ts';
import { type UploadStatus, uploadStatuses } from './upload-status.ts';

export const uploadFields = Object.values(Prisma.UploadScalarFieldEnum);

/** A field's column is its name in snake case. */
export const columnOf = (field: string) => `\`${field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}\``;

/** Reads what the row knows about its upload. */
export function stateOfRow(row: Upload): UploadState {
  const { rowsRead, rowsLoaded, rowsRejected, awaitedVersion, awaits, settled, endsAs } = row;
  return {
    ...row,
    status: statusOf(row.status),
    counts: { rowsRead, rowsLoaded, rowsRejected },
    reasons: uploadFinished.body.shape.reasons.parse(JSON.parse(row.reasons)),
    awaitedVersion: awaitedVersion === null ? null : Number(awaitedVersion),
    awaits: awaits === null ? null : z.array(z.string()).parse(JSON.parse(awaits)),
    settled: settled === null ? {} : z.record(z.string(), z.number()).parse(JSON.parse(settled)),
    endsAs: z.enum(['COMPLETED', 'CANCELLED']).nullable().parse(endsAs),
  };
}

/** The columns that carry a state. */
export function columnsOfState(state: UploadState) {
  const { counts, reasons, status, cursor, percent, failure, startedAt, progressAt, progressEvents } = state;
  const { delayEvents, delayMessage, awaits, settled, awaitedVersion, endsAs, updatedAt, finishedAt, notifiedAt } =
    state;
  const { signAt, resends, cancelRequestedAt, deadLetteredAt } = state;
  return {
    ...counts,
    ...{ status, cursor, percent, failure, startedAt, progressAt, progressEvents, delayEvents, delayMessage },
    ...{
      awaitedVersion,
      endsAs,
      updatedAt,
      finishedAt,
      notifiedAt,
      signAt,
      resends,
      cancelRequestedAt,
      deadLetteredAt,
    },
    awaits: awaits && JSON.stringify(awaits),
    settled: Object.keys(settled).length === 0 ? null : JSON.stringify(settled),
    reasons: JSON.stringify(reasons),
  } satisfies Partial<Record<keyof Upload, unknown>>;
}

function statusOf(value: string): UploadStatus {
  const status = uploadStatuses.find((known) => known === value);
  if (status === undefined) throw new Error(`An upload has the unknown status ${value}.`);
  return status;
}
