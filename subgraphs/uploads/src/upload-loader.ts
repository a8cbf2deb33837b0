import type { Upload, UploadsDb } from '@tributary/uploads-db';
import DataLoader from 'dataloader';

/** Reads uploads by id, all that one request asks for at a time in one statement; null where there is none. */
export function createUploadLoader({ client }: UploadsDb) {
  return new DataLoader<string, Upload | null>(async (ids) => {
    const rows = await client.upload.findMany({ where: { id: { in: [...ids] } } });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}
