import { notFound } from '@tributary/core';
import { toCurrentCondition, uploadFinished } from '@tributary/events';
import { z } from 'zod';
import type { Transaction } from './client.ts';
import { Prisma, type Upload } from './generated/client.ts';
import { type UploadStatus, uploadStatuses } from './status.ts';
import type { UploadState } from './status-update.ts';

export const uploadFields = Object.values(Prisma.UploadScalarFieldEnum);

/** A field's column is its name in snake case. */
export const toColumn = (field: string) => `\`${field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}\``;

/** Reads what the row knows about its upload. */
export function toState(row: Upload): UploadState {
  const { rowsRead, rowsLoaded, rowsRejected, awaitedVersion, awaits, settled, endsAs } = row;
  return {
    ...row,
    status: toStatus(row.status),
    counts: { rowsRead, rowsLoaded, rowsRejected },
    reasons: uploadFinished.body.shape.reasons.parse(JSON.parse(row.reasons)),
    awaitedVersion: awaitedVersion === null ? null : Number(awaitedVersion),
    awaits: awaits === null ? null : z.array(z.string()).parse(JSON.parse(awaits)).map(toCurrentCondition),
    settled: settled === null ? {} : toSettled(settled),
    endsAs: z.enum(['COMPLETED', 'CANCELLED']).nullable().parse(endsAs),
  };
}

function toSettled(json: string): Record<string, number> {
  const settled = z.record(z.string(), z.number()).parse(JSON.parse(json));
  return Object.fromEntries(Object.entries(settled).map(([name, version]) => [toCurrentCondition(name), version]));
}

/** The columns that carry a state. */
export function toColumns(state: UploadState) {
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

function toStatus(value: string): UploadStatus {
  const status = uploadStatuses.find((known) => known === value);
  if (status === undefined) throw new Error(`An upload has the unknown status ${value}.`);
  return status;
}

const selectedFields = Prisma.raw(uploadFields.map((field) => `${toColumn(field)} AS \`${field}\``).join(', '));

/**
 * Locks these uploads, in the order of their ids, and reads them in the same statement. `skipLocked` leaves out those that
 * another transaction has locked; otherwise it waits for them.
 */
export async function lockUploads(
  tx: Transaction,
  ids: readonly string[],
  { skipLocked = false }: { skipLocked?: boolean } = {},
): Promise<Upload[]> {
  if (ids.length === 0) return [];
  const lock = Prisma.raw(skipLocked ? 'FOR UPDATE SKIP LOCKED' : 'FOR UPDATE');
  const sorted = Prisma.join([...new Set(ids)].sort());
  return tx.$queryRaw<Upload[]>`SELECT ${selectedFields} FROM uploads WHERE id IN (${sorted}) ORDER BY id ${lock}`;
}

/** A locked upload and what is to be known of it. */
export interface ChangedUpload {
  readonly row: Upload;
  readonly after: UploadState;
}

const allColumns = Prisma.raw(uploadFields.map(toColumn).join(', '));

/** Writes the states of uploads that the transaction has locked, in one statement: each row is there, and none is inserted. */
export async function writeStates(tx: Transaction, changed: readonly ChangedUpload[]): Promise<void> {
  const [first] = changed;
  if (first === undefined) return;
  const rows = changed.map(({ row, after }) => {
    const values = { ...row, ...toColumns(after) };
    return Prisma.sql`(${Prisma.join(uploadFields.map((field) => values[field]))})`;
  });
  const stated = Object.keys(toColumns(first.after)).map(toColumn);
  const assignments = Prisma.raw(stated.map((column) => `${column} = VALUES(${column})`).join(', '));
  await tx.$executeRaw`INSERT INTO uploads (${allColumns}) VALUES ${Prisma.join(rows)}
    ON DUPLICATE KEY UPDATE ${assignments}`;
}

/** NOT_FOUND for an upload that does not exist. */
export const noUpload = (id: string) => notFound(`There is no upload ${id}.`, { reason: 'UPLOAD_NOT_FOUND' });
