import { pipeline } from 'node:stream/promises';
import { type Clock, type Log, notFound } from '@tributary/core';
import type { FileStore } from '@tributary/file-store';
import { authorizeDownload, type SubgraphOptions } from '@tributary/graphql';
import { byteRange } from './byte-range.ts';
import { attachment } from './content-disposition.ts';
import { createUploadAccess } from './upload-access.ts';
import { createUploadLoader, type ReadUploads } from './upload-loader.ts';

type Routes = NonNullable<SubgraphOptions<object>['routes']>;

interface DownloadDeps {
  readUploads: ReadUploads;
  files: FileStore;
  clock: Clock;
  secret: string;
  log: Log;
}

/**
 * GET /downloads/files/:id streams an uploaded file, or one range of it, to anyone with a signed URL, the
 * uploader and ADMIN. A file cut short by an error ends with a broken connection, never as if it were whole.
 */
export function downloadRoute({ readUploads, files, clock, secret, log }: DownloadDeps): Routes {
  return (app, { viewerOf }) => {
    app.get('/downloads/files/:id', async (request, response) => {
      const { id } = request.params;
      const viewer = await authorizeDownload(request, { viewerOf, secret, now: clock.now() });
      const upload = viewer
        ? await createUploadAccess(readUploads, viewer).require(id)
        : await createUploadLoader(readUploads).load(id);
      if (upload === null) throw notFound(`There is no upload ${id}.`);
      const bytes = Number(upload.bytes);
      response.set({
        'content-type': 'application/octet-stream',
        'content-disposition': attachment(upload.filename),
        'x-content-type-options': 'nosniff',
        'cache-control': 'private, no-store',
        'accept-ranges': 'bytes',
      });
      const range = byteRange(request.get('range'), bytes);
      if (range === 'unsatisfiable') {
        response.status(416).set('content-range', `bytes */${bytes}`).end();
        return;
      }
      const content = await files.read(upload.fileId, range ?? {});
      if (range !== null) response.status(206).set('content-range', `bytes ${range.start}-${range.end}/${bytes}`);
      response.set('content-length', String(range === null ? bytes : range.end - range.start + 1));
      if (request.method === 'HEAD') {
        content.destroy();
        response.end();
        return;
      }
      await pipeline(content, response).catch((error: unknown) => {
        log.warn({ err: error, uploadId: id }, 'a file was not sent to its end');
      });
    });
  };
}
