import { pipeline } from 'node:stream/promises';
import { type Clock, type Log, notFound } from '@tributary/core';
import { type FileStore, toUploadName } from '@tributary/file-store';
import { authorizeDownload, type Route, signDownloadPath } from '@tributary/graphql';
import { listKinds } from '@tributary/kinds';
import { renderTemplate, templatePath } from './kind-info.ts';
import { createUploadAccess, createUploadLoader, type ReadUploads } from './upload-access.ts';

interface DownloadDeps {
  readUploads: ReadUploads;
  files: FileStore;
  clock: Clock;
  secret: string;
  log: Log;
}

/**
 * GET /downloads/files/templates/<kind>.csv is the template of a kind, for anyone. GET /downloads/files/:id streams an uploaded file, or one range of it, to anyone with a signed URL, the
 * uploader and ADMIN. A file cut short by an error ends with a broken connection, never as if it were whole.
 */
export function downloadRoute({ readUploads, files, clock, secret, log }: DownloadDeps): Route {
  return (app, { viewerOf }) => {
    for (const { name, columns } of listKinds()) {
      if (columns === null) continue;
      app.get(templatePath(name), (_request, response) => {
        response.set({
          'content-type': 'text/csv; charset=utf-8',
          'content-disposition': toContentDisposition(`${name.toLowerCase()}.csv`),
          'x-content-type-options': 'nosniff',
        });
        response.end(renderTemplate(columns));
      });
    }
    app.get('/downloads/files/:id', async (request, response) => {
      const { id } = request.params;
      const viewer = await authorizeDownload(request, { viewerOf, secret, now: clock.now() });
      const upload = viewer
        ? await createUploadAccess(readUploads, viewer).require(id)
        : await createUploadLoader(readUploads).load(id);
      if (upload === null) throw notFound(`There is no upload ${id}.`, { reason: 'UPLOAD_NOT_FOUND' });
      const bytes = Number(upload.bytes);
      response.set({
        'content-type': 'application/octet-stream',
        'content-disposition': toContentDisposition(upload.filename),
        'x-content-type-options': 'nosniff',
        'cache-control': 'private, no-store',
        'accept-ranges': 'bytes',
      });
      const range = parseByteRange(request.get('range'), bytes);
      if (range === 'unsatisfiable') {
        response.status(416).set('content-range', `bytes */${bytes}`).end();
        return;
      }
      const content = await files.read(toUploadName(upload.fileId), range ?? {});
      if (range !== null) response.status(206).set('content-range', `bytes ${range.start}-${range.end}/${bytes}`);
      response.set('content-length', String(range === null ? bytes : range.end - range.start + 1));
      if (request.method === 'HEAD') {
        content.destroy();
        response.end();
        return;
      }
      await pipeline(content, response).catch((error: unknown) => {
        log.warn({ err: error, uploadId: id }, 'download interrupted');
      });
    });
  };
}

export interface DownloadUrls {
  /** How clients reach the gateway. */
  readonly publicUrl: string;
  readonly secret: string;
}

const validMs = 15 * 60_000;

/** A URL that downloads this one upload's file, for 15 minutes, without a token. */
export function createDownloadUrl(uploadId: string, { publicUrl, secret }: DownloadUrls, clock: Clock): string {
  const expiresAt = new Date(clock.now().getTime() + validMs);
  const path = signDownloadPath(`/downloads/files/${uploadId}`, { secret, expiresAt });
  return `${publicUrl.replace(/\/$/, '')}${path}`;
}

/**
 * The first and last byte a Range header asks for, null when it asks for nothing this server does (several ranges,
 * other units: then the whole file is the right answer), 'unsatisfiable' when there is no such byte (RFC 9110).
 */
export function parseByteRange(header: string | undefined, bytes: number): ByteRange | null | 'unsatisfiable' {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return null;
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (last !== '' && first !== '' && Number(last) < Number(first)) return null;
  return start > end ? 'unsatisfiable' : { start, end };
}

export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** `attachment` with the file's name, both for old clients (ASCII) and as RFC 5987 and RFC 6266 want it. */
export function toContentDisposition(filename: string): string {
  const plain = filename.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(filename).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
