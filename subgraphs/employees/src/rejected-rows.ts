import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Clock, type Log, notFound } from '@tributary/core';
import { sql } from '@tributary/employment-db';
import { authorizeDownload, type Route, signDownloadPath } from '@tributary/graphql';
import type { DeletedUploads } from '@tributary/redis';
import { csvLine, type Dialect, splitRecord, toDialect } from './csv.ts';
import { createLoadAccess, type LoadAccess } from './load-access.ts';
import type { ReadRows } from './loaders.ts';

/**
 * GET /downloads/rejected-rows/:uploadId streams the rejected rows to anyone with a signed URL, to the uploader and to ADMIN. After
 * an error the connection breaks, so that an incomplete file never looks complete.
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
        log.warn({ err: error, uploadId }, 'rejected rows download interrupted');
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

// A row has at most 1 MiB, so a batch fits into memory.
const batchRows = 50;

/**
 * All rejected rows of an upload as CSV, in the order of the file: the original fields, then line, column and reason. Fields beyond
 * the file's columns come last, so that every named column keeps its position.
 */
async function* writeRejectedRows(uploadId: string, read: ReadRows): AsyncGenerator<string> {
  const [load] = await read<{ kind: string; dialect: unknown }>(
    sql`SELECT kind, dialect FROM loads WHERE upload_id = ${uploadId}`,
  );
  if (!load) return;
  const dialect = toDialect(load);
  yield csvLine([...dialect.columns, 'line', 'column', 'reason']);
  let lastLine = 0;
  for (;;) {
    const rows = await read<Rejected>(sql`
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

/** A URL of the upload's rejected rows that works for 15 minutes without a token; null if no row was rejected. */
export async function createRejectedRowsUrl(
  uploadId: string,
  { loads, clock, downloads }: { loads: LoadAccess; clock: Clock; downloads: DownloadUrls },
): Promise<string | null> {
  const load = await loads.require(uploadId);
  if (load === null || load.rowsRejected === 0) return null;
  const expiresAt = new Date(clock.now().getTime() + validMs);
  const path = signDownloadPath(`/downloads/rejected-rows/${load.uploadId}`, { secret: downloads.secret, expiresAt });
  // new URL(path, base) would drop the path of PUBLIC_URL.
  return `${downloads.publicUrl.replace(/\/$/, '')}${path}`;
}
