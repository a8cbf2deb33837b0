import type { GraphQLDataSource } from '@apollo/gateway';
import { isAppError } from '@tributary/core';
import { codedError } from '../graph/coded-error.ts';
import type { RequestContext } from '../request-context.ts';
import { findUploads } from './find-uploads.ts';
import { readAnswer } from './read-answer.ts';
import { sendJson } from './send-json.ts';
import { sendMultipart } from './send-multipart.ts';
import { type Subgraph, subgraphHeaders } from './subgraph.ts';

type Answer = Awaited<ReturnType<GraphQLDataSource['process']>>;

/** Makes @apollo/gateway reach a subgraph: each request with an internal token of its own, files streamed through. */
export function createDataSource(subgraph: Subgraph): GraphQLDataSource<RequestContext> {
  return {
    async process(options) {
      if (options.kind !== 'incoming operation') return {};
      const { context, request } = options;
      const { query = '', variables = {}, operationName } = request;
      const body = { query, variables, ...(operationName === undefined ? {} : { operationName }) };
      const { files, signal } = context;
      const to = { headers: subgraphHeaders(subgraph, context), signal };
      try {
        const hasFiles = files && findUploads(variables).length > 0;
        const response = await (hasFiles
          ? sendMultipart(subgraph, body, { ...to, files })
          : sendJson(subgraph, body, to));
        // Errors are plain objects on the wire; @apollo/gateway makes GraphQLErrors of them, though its types want them already.
        return (await readAnswer(subgraph.name, response)) as Answer;
      } catch (error) {
        const reason = signal.aborted && isAppError(signal.reason) ? signal.reason : error;
        throw isAppError(reason) ? codedError(reason) : reason;
      }
    },
  };
}
