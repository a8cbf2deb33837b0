import { pipeline } from 'node:stream/promises';
import { type Clock, type Log, notFound } from '@tributary/core';
import { type FileStore, toResultFolder, toUploadName } from '@tributary/file-store';
import { authorizeDownload, type Request, type Response, type Route, signDownloadPath } from '@tributary/graphql';
import { listKinds } from '@tributary/kinds';
import { toWorkResult, type Upload } from '@tributary/uploads-db';

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
 * GET /downloads/files/templates/<kind>.csv is the template of a kind, for anyone. GET /downloads/files/:id streams an uploaded
 * file and GET /downloads/files/:id/results/<name> a file that the work on it produced, or one range of it, to anyone with a
 * signed URL, the uploader and ADMIN. A file cut short by an error ends with a broken connection, never as if it were whole.
 */
export function downloadRoute({ readUploads, files, clock, secret, log }: DownloadDeps): Route {
  return (app, { viewerOf }) => {
    for (const { name, columns } of listKinds()) {
      if (columns === null) continue;
      app.get(templatePath(name), (_request, response) => {
        response.set({ ...toHeaders(`${name.toLowerCase()}.csv`), 'content-type': 'text/csv; charset=utf-8' });
        response.end(renderTemplate(columns));
      });
    }

    async function requireUpload(request: Request, id: string): Promise<Upload> {
      const viewer = await authorizeDownload(request, { viewerOf, secret, now: clock.now() });
      const upload = viewer
        ? await createUploadAccess(readUploads, viewer).require(id)
        : await createUploadLoader(readUploads).load(id);
      if (upload === null) throw notFound(`There is no upload ${id}.`, { reason: 'UPLOAD_NOT_FOUND' });
      return upload;
    }

    async function send({ request, response }: Exchange, file: { name: string; bytes: number }, uploadId: string) {
      const range = parseByteRange(request.get('range'), file.bytes);
      if (range === 'unsatisfiable') {
        response.status(416).set('content-range', `bytes */${file.bytes}`).end();
        return;
      }
      const content = await files.read(file.name, range ?? {});
      if (range !== null) response.status(206).set('content-range', `bytes ${range.start}-${range.end}/${file.bytes}`);
      response.set('content-length', String(range === null ? file.bytes : range.end - range.start + 1));
      if (request.method === 'HEAD') {
        content.destroy();
        response.end();
        return;
      }
      await pipeline(content, response).catch((error: unknown) => {
        log.warn({ err: error, uploadId }, 'download interrupted');
      });
    }

    app.get('/downloads/files/:id', async (request, response) => {
      const upload = await requireUpload(request, request.params.id);
      response.set({ ...toHeaders(upload.filename), ...privateHeaders, 'content-type': 'application/octet-stream' });
      const file = { name: toUploadName(upload.fileId), bytes: Number(upload.bytes) };
      await send({ request, response }, file, upload.id);
    });

    app.get('/downloads/files/:id/results/*name', async (request, response) => {
      const upload = await requireUpload(request, request.params.id);
      const name = request.params.name.join('/');
      // Only what the work has reported: its records are in the same folder.
      const resultFile = toWorkResult(upload).resultFiles.find((one) => one.name === name);
      if (resultFile === undefined)
        throw notFound(`The upload has no result file ${name}.`, { reason: 'FILE_NOT_FOUND' });
      const contentType = harmlessTypes.test(resultFile.mediaType) ? resultFile.mediaType : 'application/octet-stream';
      response.set({ ...toHeaders(name), ...privateHeaders, 'content-type': contentType });
      const file = { name: `${toResultFolder(upload.id)}${name}`, bytes: resultFile.bytes };
      await send({ request, response }, file, upload.id);
    });
  };
}

/** Media types that no browser runs. */
const harmlessTypes = /^(audio|video)\/[\w.+-]+$|^text\/(csv|plain)$|^application\/(json|x-ndjson|pdf|zip)$/;

const toHeaders = (filename: string) => ({
  'content-disposition': toContentDisposition(filename),
  'x-content-type-options': 'nosniff',
});

const privateHeaders = { 'cache-control': 'private, no-store', 'accept-ranges': 'bytes' };

interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

export interface DownloadUrls {
  /** How clients reach the gateway. */
  readonly publicUrl: string;
  readonly secret: string;
}

const validMs = 15 * 60_000;

/** A URL that downloads the file of one upload, or one of its result files, for 15 minutes, without a token. */
export function createDownloadUrl(
  { id, resultFile }: { id: string; resultFile?: string },
  { publicUrl, secret }: DownloadUrls,
  clock: Clock,
): string {
  const expiresAt = new Date(clock.now().getTime() + validMs);
  const result = resultFile === undefined ? '' : `/results/${resultFile.split('/').map(encodeURIComponent).join('/')}`;
  const path = signDownloadPath(`/downloads/files/${id}${result}`, { secret, expiresAt });
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
