import type { IncomingMessage } from 'node:http';
import { invalidInput } from '@tributary/core';
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
      survivePartErrors(request);
      const limits = { maxFiles: 1, maxFileSize: maxUploadBytes + 1 };
      request.body = await processRequest(request, response, limits).catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw invalidInput(`The multipart request is malformed: ${reason}`, { reason: 'MULTIPART_MALFORMED', cause });
      });
    }
    next();
  };
}

/**
 * processRequest listens for one error of its parser, but destroying the parser on a malformed part header makes it
 * emit a second one, which without a listener would end this process.
 */
function survivePartErrors(request: IncomingMessage): void {
  const pipe = request.pipe.bind(request);
  request.pipe = (parser, options) => {
    parser.on('error', () => undefined);
    return pipe(parser, options);
  };
}
