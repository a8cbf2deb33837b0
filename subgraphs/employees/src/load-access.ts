import { forbidden } from '@tributary/core';
import { Prisma } from '@tributary/employment-db';
import type { Viewer } from '@tributary/graphql';
import DataLoader from 'dataloader';
import type { ReadRows } from './loaders.ts';

/** An upload, of which this subgraph knows only the id and its load. */
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
  /** Whether the viewer may see this upload; false for one that was never loaded, or was deleted. */
  isVisible(uploadId: string): Promise<boolean>;
  /** Whether it was loaded and is not deleted, for a caller that is allowed to know. */
  exists(uploadId: string): Promise<boolean>;
  /** The upload's load, null if there is none yet or none any more, FORBIDDEN if it is neither the viewer's nor is the viewer ADMIN. */
  require(uploadId: string): Promise<LoadRow | null>;
}

/** What one viewer may see of the loads: their own, and all with ADMIN. One statement for all that are asked for together. */
export function createLoadAccess(read: ReadRows, viewer: Viewer | null): LoadAccess {
  const loader = new DataLoader<string, LoadRow | null>(async (uploadIds) => {
    const rows = await read<LoadRow>(Prisma.sql`
      SELECT upload_id AS uploadId, uploader_id AS uploaderId, kind, rows_rejected AS rowsRejected
      FROM loads WHERE deleted_at IS NULL AND upload_id IN (${Prisma.join([...uploadIds])})`);
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
