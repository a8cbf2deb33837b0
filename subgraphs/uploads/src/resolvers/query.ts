import { requirePermission, requireViewer } from '@tributary/graphql';
import type { QueryResolvers } from '../generated/graphql.ts';
import { listAuditEntries } from '../list-audit-entries.ts';
import { listOwnerEvents } from '../list-owner-events.ts';
import { listUploads } from '../list-uploads.ts';
import { logPart } from '../log-part.ts';

export const Query: QueryResolvers = {
  auditEntries: (_parent, page, { db, viewer }) => {
    requirePermission(viewer, 'ADMIN');
    return listAuditEntries(db, page);
  },
  fileUpload: (_parent, { id }, { uploads }) => uploads.require(id),
  fileUploads: (_parent, { status, ...page }, { db, viewer }) => {
    const { id, permissions } = requireViewer(viewer);
    return listUploads(db, { ownerId: permissions.includes('ADMIN') ? undefined : id, status }, page);
  },
  myUploadEvents: (_parent, page, { db, viewer }) =>
    listOwnerEvents(db, { ownerId: requireViewer(viewer).id, ...logPart(page) }),
};
