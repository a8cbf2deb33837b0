import type { Transaction } from './client.ts';
import { Prisma, type Upload } from './generated/client.ts';
import type { UploadState } from './upload-facts.ts';
import { columnOf, columnsOfState, uploadFields } from './upload-row.ts';

/** A locked upload and what is to be known of it. */
export interface ChangedUpload {
  readonly row: Upload;
  readonly after: UploadState;
}

const columns = Prisma.raw(uploadFields.map(columnOf).join(', '));

/** Writes the states of uploads that the transaction has locked, in one statement: each row is there, and none is inserted. */
export async function writeStates(tx: Transaction, changed: readonly ChangedUpload[]): Promise<void> {
  const [first] = changed;
  if (first === undefined) return;
  const rows = changed.map(({ row, after }) => {
    const values = { ...row, ...columnsOfState(after) };
    return Prisma.sql`(${Prisma.join(uploadFields.map((field) => values[field]))})`;
  });
  const stated = Object.keys(columnsOfState(first.after)).map(columnOf);
  const assignments = Prisma.raw(stated.map((column) => `${column} = VALUES(${column})`).join(', '));
  await tx.$executeRaw`INSERT INTO uploads (${columns}) VALUES ${Prisma.join(rows)}
    ON DUPLICATE KEY UPDATE ${assignments}`;
}
