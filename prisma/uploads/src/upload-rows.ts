import { notFound } from '@tributary/core';
import { anyWork, toCurrentCondition } from '@tributary/events';
import { z } from 'zod';
import type { Transaction } from './client.ts';
import { Prisma, type Upload } from './generated/client.ts';
import { type UploadStatus, uploadStatuses } from './status.ts';
import type { Counts, UploadState } from './status-update.ts';

export const uploadFields = Object.values(Prisma.UploadScalarFieldEnum);

/** A field's column is its name in snake case. */
export const toColumn = (field: string) => `\`${field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}\``;

/** Reads what the row knows about its upload. */
export function toState(row: Upload): UploadState {
  const { awaitedVersion, awaits, settled, endsAs } = row;
  return {
    ...row,
    ...toWorkResult(row),
    status: toStatus(row.status),
    awaitedVersion: awaitedVersion === null ? null : Number(awaitedVersion),
    conditions: awaits === null ? null : z.array(z.string()).parse(JSON.parse(awaits)).map(toCurrentCondition),
    settled: settled === null ? {} : toSettled(settled),
    endsAs: z.enum(['COMPLETED', 'CANCELLED']).nullable().parse(endsAs),
  };
}

const { problems: problemsSchema, resultFiles: resultFilesSchema } = anyWork.completed.body.shape;
const countsSchema = z.record(z.string(), z.number());

type RowCounts = Pick<Upload, 'rowsRead' | 'rowsLoaded' | 'rowsRejected' | 'counts'>;

/** The counts of an upload or event. The columns of rows are as new or newer: only they are written by an earlier version. */
export function toCounts({ rowsRead, rowsLoaded, rowsRejected, counts }: RowCounts): Counts {
  const rows = rowsRead + rowsLoaded + rowsRejected > 0 ? { rowsRead, rowsLoaded, rowsRejected } : {};
  return { ...countsSchema.parse(JSON.parse(counts ?? '{}')), ...rows };
}

/** The columns that carry counts, those of an earlier version included. */
export const toCountColumns = (counts: Counts) => ({
  counts: JSON.stringify(counts),
  rowsRead: Math.trunc(counts.rowsRead ?? 0),
  rowsLoaded: Math.trunc(counts.rowsLoaded ?? 0),
  rowsRejected: Math.trunc(counts.rowsRejected ?? 0),
});

/** Reads the result of the work as far as it is known. */
export function toWorkResult(row: Upload) {
  const problems = problemsSchema.parse(JSON.parse(row.problems ?? '[]'));
  const former = problemsSchema.parse(JSON.parse(row.reasons));
  return {
    counts: toCounts(row),
    ...(problems.length === 0 && former.length > 0
      ? { problems: former, problemCount: row.rowsRejected }
      : { problems, problemCount: row.problemCount }),
    resultFiles: resultFilesSchema.parse(JSON.parse(row.resultFiles ?? '[]')),
  };
}

function toSettled(json: string): Record<string, number> {
  const settled = z.record(z.string(), z.number()).parse(JSON.parse(json));
  return Object.fromEntries(Object.entries(settled).map(([name, version]) => [toCurrentCondition(name), version]));
}

/** The columns that carry a state. */
export function toColumns(state: UploadState) {
  const { problems, problemCount, resultFiles, summary, conditions, settled } = state;
  const { status, cursor, percent, failure, startedAt, progressAt, progressEvents, delayEvents, delayMessage } = state;
  const { awaitedVersion, endsAs, updatedAt, finishedAt, notifiedAt, noticePendingSince, noticeResends } = state;
  const { signAt, resends, cancelRequestedAt, deadLetteredAt } = state;
  return {
    ...toCountColumns(state.counts),
    ...{ status, cursor, percent, failure, startedAt, progressAt, progressEvents, delayEvents, delayMessage },
    ...{ awaitedVersion, endsAs, updatedAt, finishedAt, notifiedAt, problemCount, summary },
    ...{ signAt, resends, cancelRequestedAt, deadLetteredAt, noticePendingSince, noticeResends },
    awaits: conditions && JSON.stringify(conditions),
    settled: Object.keys(settled).length === 0 ? null : JSON.stringify(settled),
    problems: JSON.stringify(problems),
    reasons: JSON.stringify(problems.filter(({ line, raw }) => line !== null && raw !== null)),
    resultFiles: JSON.stringify(resultFiles),
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
