import type { UploadsDb } from './client.ts';
import { Prisma } from './generated/client.ts';

/**
 * Of these files of the store, those that neither an upload nor an intake names. One statement reads both tables, and
 * an intake becomes an upload in one transaction, so a file that is being accepted is never among them.
 */
export async function unknownFiles({ client }: UploadsDb, fileIds: readonly string[]): Promise<string[]> {
  if (fileIds.length === 0) return [];
  const ids = Prisma.join([...fileIds]);
  const known = await client.$queryRaw<{ file_id: string }[]>`
    SELECT file_id FROM uploads WHERE file_id IN (${ids})
    UNION ALL SELECT file_id FROM intakes WHERE file_id IN (${ids})`;
  const names = new Set(known.map((row) => row.file_id));
  return fileIds.filter((id) => !names.has(id));
}
