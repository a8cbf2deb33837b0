import type { Upload, UploadsDb } from '@tributary/uploads-db';
import DataLoader from 'dataloader';
import { readTogether } from './read-together.ts';

export type ReadUploads = ReturnType<typeof createUploadReads>;

/** Reads uploads by id, all that are asked for at a time in one statement, by whichever requests; null where there is none. */
export function createUploadReads({ client }: UploadsDb) {
  return readTogether<string, Upload | null>(async (ids) => {
    const rows = await client.upload.findMany({ where: { id: { in: [...new Set(ids)] } } });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}

/** The uploads of one request, each read once. */
export const createUploadLoader = (read: ReadUploads) => new DataLoader<string, Upload | null>(read);
