import { forbidden } from '@tributary/core';
import { joinSql, sql } from '@tributary/employment-db';
import type { Viewer } from '@tributary/graphql';
import DataLoader from 'dataloader';
import type { ReadRows } from './loaders.ts';

/** A stub of an upload: its id. */
export interface UploadStub {
  id: string;
}

export interface LoadRow {
  uploadId: string;
  uploaderId: string;
  kind: string;
  rowsRejected: number;
}

export interface LoadAccess {
  /** Whether the viewer may see this upload; false for an upload that was never loaded or was deleted. */
  isVisible(uploadId: string): Promise<boolean>;
  /** Whether the upload was loaded and is not deleted, without a check of the viewer. */
  exists(uploadId: string): Promise<boolean>;
  /** The upload's load; null if it was never loaded or was deleted; OWNED_BY_ANOTHER_USER unless the viewer is the owner or ADMIN. */
  require(uploadId: string): Promise<LoadRow | null>;
}

/** Loads that one viewer may see: their own, or all for ADMIN. Reads those of one turn of the event loop in one query. */
export function createLoadAccess(read: ReadRows, viewer: Viewer | null): LoadAccess {
  const loader = new DataLoader<string, LoadRow | null>(async (uploadIds) => {
    const rows = await read<LoadRow>(sql`
      SELECT upload_id AS uploadId, uploader_id AS uploaderId, kind, rows_rejected AS rowsRejected
      FROM loads WHERE deleted_at IS NULL AND upload_id IN (${joinSql([...uploadIds])})`);
    const byId = new Map(rows.map((row) => [row.uploadId, row]));
    return uploadIds.map((id) => byId.get(id) ?? null);
  });
  const canSee = (load: LoadRow) =>
    viewer !== null && (load.uploaderId === viewer.id || viewer.permissions.includes('ADMIN'));

  return {
    async isVisible(uploadId) {
      const load = await loader.load(uploadId);
      return load !== null && canSee(load);
    },
    async exists(uploadId) {
      return (await loader.load(uploadId)) !== null;
    },
    async require(uploadId) {
      const load = await loader.load(uploadId);
      if (load !== null && !canSee(load)) {
        throw forbidden('This upload belongs to another user.', { reason: 'OWNED_BY_ANOTHER_USER' });
      }
      return load;
    },
  };
}
