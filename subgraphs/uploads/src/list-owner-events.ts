import type { UploadEvent, UploadsDb } from '@tributary/uploads-db';

/** At most `first` events of all uploads of an owner after a number, in the order of their numbers. */
export function listOwnerEvents(
  { client }: UploadsDb,
  { ownerId, after, first }: { ownerId: string; after: number; first: number },
): Promise<UploadEvent[]> {
  const where = { ownerId, ownerCursor: { gt: after } };
  return client.uploadEvent.findMany({ where, orderBy: { ownerCursor: 'asc' }, take: first });
}
