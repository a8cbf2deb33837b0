import { forbidden, notFound } from '@tributary/core';
import { requireViewer, type Viewer } from '@tributary/graphql';
import type { Upload, UploadsDb } from '@tributary/uploads-db';
import DataLoader from 'dataloader';
import { createCrossRequestLoader } from './cross-request-loader.ts';

/** Reads uploads with one viewer's rights: NOT_FOUND when there is none, FORBIDDEN when it is neither theirs nor are they ADMIN. */
export function createUploadAccess(read: ReadUploads, viewer: Viewer | null) {
  const uploads = createUploadLoader(read);
  return {
    async require(id: string): Promise<Upload> {
      const signedIn = requireViewer(viewer);
      const upload = await uploads.load(id);
      if (upload === null) throw notFound(`There is no upload ${id}.`, { reason: 'UPLOAD_NOT_FOUND' });
      requireSelfOrAdmin(signedIn, upload.ownerId);
      return upload;
    },
  };
}

/** The viewer, if it is that user or ADMIN; else FORBIDDEN. */
export function requireSelfOrAdmin(viewer: Viewer | null, userId: string): Viewer {
  const signedIn = requireViewer(viewer);
  if (signedIn.id !== userId && !signedIn.permissions.includes('ADMIN')) {
    throw forbidden("Only administrators see other users' uploads.", { reason: 'OWNED_BY_ANOTHER_USER' });
  }
  return signedIn;
}

export type ReadUploads = ReturnType<typeof createUploadReads>;

/** Reads uploads by id, all that are asked for at a time in one statement, by whichever requests; null where there is none. */
export function createUploadReads({ client }: UploadsDb) {
  return createCrossRequestLoader<string, Upload | null>(async (ids) => {
    const rows = await client.upload.findMany({ where: { id: { in: [...new Set(ids)] } } });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}

/** The uploads of one request, each read once. */
export const createUploadLoader = (read: ReadUploads) => new DataLoader<string, Upload | null>(read);

/** A user as this subgraph knows one: by id alone. */
export interface UploaderStub {
  readonly id: string;
}
