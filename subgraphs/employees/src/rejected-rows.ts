import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Clock, type Log, notFound } from '@tributary/core';
import { Prisma } from '@tributary/employment-db';
import { authorizeDownload, type Route, signDownloadPath } from '@tributary/graphql';
import type { DeletedUploads } from '@tributary/redis';
import { csvLine, type Dialect, splitRecord, toDialect } from './csv.ts';
import { createLoadAccess, type LoadAccess } from './load-access.ts';
import type { ReadRows } from './loaders.ts';

/**
 * GET /downloads/rejected-rows/:uploadId streams the rejected rows to anyone with a signed URL, the uploader and
 * ADMIN. A file cut short by an error ends with a broken connection, never as if it were whole.
 */
export function rejectedRowsRoute({
  read,
  deletedUploads,
  clock,
  secret,
  log,
}: {
  read: ReadRows;
  deletedUploads: Pick<DeletedUploads, 'has'>;
  clock: Clock;
  secret: string;
  log: Log;
}): Route {
  return (app, { viewerOf }) => {
    app.get('/downloads/rejected-rows/:uploadId', async (request, response) => {
      const { uploadId } = request.params;
      const viewer = await authorizeDownload(request, { viewerOf, secret, now: clock.now() });
      const loads = createLoadAccess(read, viewer);
      const exists = viewer
        ? (await loads.require(uploadId)) !== null
        : !(await deletedUploads.has(uploadId)) && (await loads.exists(uploadId));
      if (!exists) {
        throw notFound(`Upload ${uploadId} has no rejected rows.`, { reason: 'REJECTED_ROWS_NOT_FOUND' });
      }
      const filename = encodeURIComponent(`rejected-rows-${uploadId}.csv`);
      response.set({
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="rejected-rows.csv"; filename*=UTF-8''${filename}`,
        'x-content-type-options': 'nosniff',
        'cache-control': 'private, no-store',
      });
      try {
        await pipeline(Readable.from(writeRejectedRows(uploadId, read)), response);
      } catch (error) {
        log.warn({ err: error, uploadId }, 'rejected rows not sent to their end');
      }
    });
  };
}

interface Rejected {
  line: number;
  column: string | null;
  message: string;
  raw: string;
}

// A row may have 1 MiB, so this many are the most that memory has to hold.
const batchRows = 50;

/**
 * An upload's rejected rows as CSV, all of them in file order: the original fields under their names, then line, column
 * and reason. Fields beyond the file's columns follow at the end, so that every named column keeps its place.
 */
async function* writeRejectedRows(uploadId: string, read: ReadRows): AsyncGenerator<string> {
  const [load] = await read<{ kind: string; dialect: unknown }>(
    Prisma.sql`SELECT kind, dialect FROM loads WHERE upload_id = ${uploadId}`,
  );
  if (!load) return;
  const dialect = toDialect(load);
  yield csvLine([...dialect.columns, 'line', 'column', 'reason']);
  let lastLine = 0;
  for (;;) {
    const rows = await read<Rejected>(Prisma.sql`
      SELECT line, column_name AS \`column\`, message, raw FROM rejections
      WHERE upload_id = ${uploadId} AND line > ${lastLine} ORDER BY line LIMIT ${batchRows}`);
    for (const row of rows) yield rejectedLine(row, dialect);
    const last = rows.at(-1);
    if (!last || rows.length < batchRows) return;
    lastLine = last.line;
  }
}

function rejectedLine({ raw, line, column, message }: Rejected, { columns, delimiter }: Dialect): string {
  const fields = splitRecord(raw, delimiter);
  const named = columns.map((_, index) => fields[index] ?? '');
  return csvLine([...named, String(line), column ?? '', message, ...fields.slice(columns.length)]);
}

const validMs = 15 * 60 * 1000;

export interface DownloadUrls {
  publicUrl: string;
  secret: string;
}

/** Where to download an upload's rejected rows for 15 minutes without a token; null when it has none. */
export async function createRejectedRowsUrl(
  uploadId: string,
  { loads, clock, downloads }: { loads: LoadAccess; clock: Clock; downloads: DownloadUrls },
): Promise<string | null> {
  const load = await loads.require(uploadId);
  if (load === null || load.rowsRejected === 0) return null;
  const expiresAt = new Date(clock.now().getTime() + validMs);
  const path = signDownloadPath(`/downloads/rejected-rows/${load.uploadId}`, { secret: downloads.secret, expiresAt });
  // Not new URL(path, base): that would drop a path the gateway is reached under.
  return `${downloads.publicUrl.replace(/\/$/, '')}${path}`;
}
