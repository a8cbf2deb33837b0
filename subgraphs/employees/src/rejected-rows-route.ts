import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Clock, type Log, notFound } from '@tributary/core';
import { authorizeDownload, type SubgraphOptions } from '@tributary/graphql';
import type { DeletedUploads } from '@tributary/redis';
import { createLoadAccess } from './load-access.ts';
import type { ReadRows } from './read-rows.ts';
import { rejectedRowsFile } from './rejected-rows-file.ts';

type Routes = NonNullable<SubgraphOptions<object>['routes']>;

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
}): Routes {
  return (app, { viewerOf }) => {
    app.get('/downloads/rejected-rows/:uploadId', async (request, response) => {
      const { uploadId } = request.params;
      const viewer = await authorizeDownload(request, { viewerOf, secret, now: clock.now() });
      const loads = createLoadAccess(read, viewer);
      const exists = viewer
        ? (await loads.require(uploadId)) !== null
        : !(await deletedUploads.has(uploadId)) && (await loads.exists(uploadId));
      if (!exists) throw notFound(`There are no rejected rows of an upload ${uploadId}`);
      const filename = encodeURIComponent(`rejected-rows-${uploadId}.csv`);
      response.set({
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="rejected-rows.csv"; filename*=UTF-8''${filename}`,
        'x-content-type-options': 'nosniff',
        'cache-control': 'private, no-store',
      });
      try {
        await pipeline(Readable.from(rejectedRowsFile(uploadId, read)), response);
      } catch (error) {
        log.warn({ err: error, uploadId }, 'rejected rows not sent to their end');
      }
    });
  };
}
