import type { Transaction } from './client.ts';
import { Prisma, type Upload } from './generated/client.ts';
import { columnOf, uploadFields } from './upload-row.ts';

const named = Prisma.raw(uploadFields.map((field) => `${columnOf(field)} AS \`${field}\``).join(', '));

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
  return tx.$queryRaw<Upload[]>`SELECT ${named} FROM uploads WHERE id IN (${sorted}) ORDER BY id ${lock}`;
}
