import type { AuditEntryResolvers } from '../generated/graphql.ts';

export const AuditEntry: AuditEntryResolvers = {
  id: ({ id }) => String(id),
  actor: ({ actorId }) => ({ id: actorId }),
  uploadedBy: ({ ownerId }) => ({ id: ownerId }),
  uploaderEmail: ({ ownerEmail }) => ownerEmail,
};
