import { forbidden, notFound } from '@tributary/core';
import { requireViewer, type Viewer } from '@tributary/graphql';
import type { Upload } from '@tributary/uploads-db';
import { createUploadLoader, type ReadUploads } from './upload-loader.ts';

/** Reads uploads with one viewer's rights: NOT_FOUND when there is none, FORBIDDEN when it is neither theirs nor are they ADMIN. */
export function createUploadAccess(read: ReadUploads, viewer: Viewer | null) {
  const uploads = createUploadLoader(read);
  return {
    async require(id: string): Promise<Upload> {
      const known = requireViewer(viewer);
      const upload = await uploads.load(id);
      if (upload === null) throw notFound(`There is no upload ${id}.`);
      requireSelfOrAdmin(known, upload.ownerId);
      return upload;
    },
  };
}

/** The viewer, if it is that user or ADMIN; else FORBIDDEN. */
export function requireSelfOrAdmin(viewer: Viewer | null, userId: string): Viewer {
  const known = requireViewer(viewer);
  if (known.id !== userId && !known.permissions.includes('ADMIN')) {
    throw forbidden("Somebody else's uploads are only for administrators.");
  }
  return known;
}
