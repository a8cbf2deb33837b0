import type { Request, RequestHandler } from 'express';
import { type DocumentNode, GraphQLError, getOperationAST } from 'graphql';
import type { Documents } from '../graph/documents.ts';
import { eventStream, graphqlJson, json } from './accepted-types.ts';
import { chooseAnswer } from './choose-answer.ts';
import { readParameters } from './read-parameters.ts';
import { sendErrors } from './send-errors.ts';
import type { StreamOperation } from './stream-operation.ts';

/**
 * The one place that decides how an operation over HTTP is answered. What comes as a stream is answered here, as is a document
 * that is larger than allowed; the rest goes on to Apollo Server, with the Accept header that was decided.
 */
export function answerOperations(options: { documents: Documents; stream: StreamOperation }): RequestHandler {
  return async (request, response, next) => {
    if (!carriesOperation(request)) return next();
    const parameters = readParameters(request);
    const read = readOrError(() => options.documents.read(parameters.query));
    const isRead = 'kind' in read;
    const kind = isRead ? (getOperationAST(read, parameters.operationName)?.operation ?? null) : null;
    const type = chooseAnswer(request.headers.accept, kind);
    if (type !== json && type !== graphqlJson) return options.stream(request, response, { parameters, kind, type });
    if (!isRead) return sendErrors(response, type, [read]);
    request.headers.accept = type;
    next();
  };
}

/** Others are left to Apollo Server: the page for browsers, the hash of a persisted query, what is no operation at all. */
function carriesOperation(request: Request) {
  if (request.method === 'POST') return Object(request.body).query !== undefined;
  const isPage = request.accepts([json, graphqlJson, eventStream, 'text/html']) === 'text/html';
  return request.method === 'GET' && request.query.query !== undefined && !isPage;
}

function readOrError(read: () => DocumentNode): DocumentNode | GraphQLError {
  try {
    return read();
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}
