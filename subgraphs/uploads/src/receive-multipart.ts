import type { SubgraphOptions } from '@tributary/graphql';
import { processRequest } from 'graphql-upload-minimal';

type RequestHandler = NonNullable<SubgraphOptions<object>['beforeGraphql']>[number];

/**
 * Puts the operation of a multipart request where a JSON body would be; its one file keeps streaming while the
 * resolver runs. A byte over the limit is let through, by which the resolver knows that the file is larger.
 */
export function receiveMultipart(maxUploadBytes: number): RequestHandler {
  return async (request, response, next) => {
    if (request.is('multipart/form-data')) {
      request.body = await processRequest(request, response, { maxFiles: 1, maxFileSize: maxUploadBytes + 1 });
    }
    next();
  };
}
