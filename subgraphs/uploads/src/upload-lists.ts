import { type Connection, encodeCursor, readPageArguments, toConnection } from '@tributary/graphql';
import type { AuditEntry, Upload, UploadsDb } from '@tributary/uploads-db';
import { z } from 'zod';

export type UploadPage = Connection<Upload>;

export interface UploadFilter {
  /** Undefined is everyone's. */
  readonly ownerId?: string | undefined;
  readonly status?: string | null | undefined;
}

const uploadCursor = z.tuple([z.int().min(1)]);

/** One page of uploads, newest first, continued by their place in the order: no page costs more than the first. */
export async function listUploads(
  { client }: UploadsDb,
  { ownerId, status }: UploadFilter,
  page: { first?: number | null | undefined; after?: string | null | undefined },
): Promise<UploadPage> {
  const { first, after } = readPageArguments(page, uploadCursor);
  const filter = { ...(ownerId === undefined ? {} : { ownerId }), ...(status ? { status } : {}) };
  const where = { ...filter, ...(after === undefined ? {} : { sequence: { lt: after[0] } }) };
  const rows = await client.upload.findMany({ where, orderBy: { sequence: 'desc' }, take: first + 1 });
  return toConnection(rows, {
    first,
    after,
    cursorOf: ({ sequence }) => encodeCursor([Number(sequence)]),
    totalCount: () => client.upload.count({ where: filter }),
  });
}

export type AuditPage = Connection<AuditEntry>;

const auditCursor = z.tuple([z.int().min(1)]);

/** One page of what was done that cannot be undone, newest first. */
export async function listAuditEntries(
  { client }: UploadsDb,
  page: { first?: number | null | undefined; after?: string | null | undefined },
): Promise<AuditPage> {
  const { first, after } = readPageArguments(page, auditCursor);
  const where = after === undefined ? {} : { id: { lt: BigInt(after[0]) } };
  const rows = await client.auditEntry.findMany({ where, orderBy: { id: 'desc' }, take: first + 1 });
  return toConnection(rows, {
    first,
    after,
    cursorOf: ({ id }) => encodeCursor([Number(id)]),
    totalCount: () => client.auditEntry.count(),
  });
}
