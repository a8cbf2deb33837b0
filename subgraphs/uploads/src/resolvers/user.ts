import type { UserResolvers } from '../generated/graphql.ts';
import { listUploads } from '../list-uploads.ts';
import { requireSelfOrAdmin } from '../upload-access.ts';

export const User: UserResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  uploads: ({ id }, page, { db, viewer }) => {
    requireSelfOrAdmin(viewer, id);
    return listUploads(db, { ownerId: id }, page);
  },
};
