import type { Log } from '@tributary/core';
import type { Request, RequestHandler, Response } from 'express';
import { type DocumentNode, type FormattedExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import type { Authenticate } from '../auth/authenticate.ts';
import type { Documents } from '../graph/documents.ts';
import { multipartFormat } from '../subscriptions/multipart-format.ts';
import { createOperations } from '../subscriptions/operations.ts';
import { sendStream } from '../subscriptions/send-stream.ts';
import { sseFormat } from '../subscriptions/sse-format.ts';
import { eventStream, graphqlJson, json, jsonTypeFor, multipart } from './accepted-types.ts';
import { chooseAnswer } from './choose-answer.ts';
import { readParameters } from './read-parameters.ts';
import { refusal } from './refusal.ts';
import { refuseForgery } from './refuse-forgery.ts';
import { requestContextOf } from './request-context-of.ts';

const heartbeatMs = 5_000;

export interface StreamOptions {
  authenticate: Authenticate;
  operations: Omit<Parameters<typeof createOperations>[0], 'context'>;
  documents: Documents;
  /** Aborted when the gateway stops: streams then end so that clients connect again. */
  stopping: AbortSignal;
  log: Log;
}

/**
 * Decides how each operation over HTTP is answered, and answers those that come as a stream: subscriptions as multipart or
 * server-sent events, the latter also for queries and mutations. All others go on, with the Accept header that was decided.
 */
export function serveStreams(options: StreamOptions): RequestHandler {
  const { authenticate, documents } = options;
  return async (request, response, next) => {
    if (!carriesOperation(request)) return next();
    const parameters = readParameters(request);
    const read = readOrError(() => documents.read(parameters.query));
    const operation = 'kind' in read ? getOperationAST(read, parameters.operationName) : null;
    const kind = operation?.operation ?? null;
    const type = chooseAnswer(request.headers.accept, kind);
    if (type === json || type === graphqlJson) {
      if (!('kind' in read)) return sendErrors(response, type, [read]);
      request.headers.accept = type;
      return next();
    }

    refuseForgery(request);
    const { authorization } = request.headers;
    await authenticate(authorization);
    if (request.method === 'GET' && kind === 'mutation') {
      response.set('allow', 'POST');
      throw refusal(405, 'A mutation must be sent by POST');
    }
    const format = type === multipart ? multipartFormat : sseFormat;
    const send = (results: AsyncIterableIterator<FormattedExecutionResult>) =>
      sendStream(response, results, { ...options, format, heartbeatMs });
    const prepared = documents.prepare(parameters);
    if (!('document' in prepared)) {
      if (type === multipart) return sendErrors(response, jsonTypeFor(request.headers.accept), prepared);
      return send(one(async () => ({ errors: prepared.map((error) => error.toJSON()) })));
    }
    const { signal, ...noted } = requestContextOf(response);
    const { subscribe, execute } = createOperations({
      ...options.operations,
      context: async (until) => ({ ...(await authenticate(authorization)), ...noted, signal: until }),
    });
    await send(kind === 'subscription' ? subscribe(prepared) : one(() => execute(prepared, signal)));
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

async function* one(result: () => Promise<FormattedExecutionResult>) {
  yield await result();
}

/** As GraphQL over HTTP wants it: 200 as application/json, 400 as application/graphql-response+json. */
function sendErrors(response: Response, type: typeof json | typeof graphqlJson, errors: readonly GraphQLError[]) {
  response
    .status(type === json ? 200 : 400)
    .type(type)
    .json({ errors });
}
