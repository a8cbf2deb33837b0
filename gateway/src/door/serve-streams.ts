import type { Log } from '@tributary/core';
import type { RequestHandler, Response } from 'express';
import type { FormattedExecutionResult, GraphQLError, GraphQLSchema, ValidationRule } from 'graphql';
import type { Authenticate } from '../auth/authenticate.ts';
import { multipartFormat } from '../subscriptions/multipart-format.ts';
import { createOperations } from '../subscriptions/operations.ts';
import { prepareOperation } from '../subscriptions/prepare-operation.ts';
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
  schema: () => GraphQLSchema;
  rules: ValidationRule[];
  /** Aborted when the gateway stops: streams then end so that clients connect again. */
  stopping: AbortSignal;
  log: Log;
}

/**
 * Decides how each operation over HTTP is answered, and answers those that come as a stream: subscriptions as multipart or
 * server-sent events, the latter also for queries and mutations. All others go on, with the Accept header that was decided.
 */
export function serveStreams(options: StreamOptions): RequestHandler {
  const { authenticate } = options;
  return async (request, response, next) => {
    const isGet = request.method === 'GET';
    const { query, operationName } = (isGet ? request.query : request.body) ?? {};
    // Without an operation it is the landing page, a batch or a mistake; other methods are refused like those.
    if (query === undefined || (!isGet && request.method !== 'POST')) return next();
    const { type, kind } = chooseAnswer({ accept: request.headers.accept, query, operationName });
    if (type === json || type === graphqlJson) {
      request.headers.accept = type;
      return next();
    }

    refuseForgery(request);
    const { authorization } = request.headers;
    await authenticate(authorization);
    const prepared = prepareOperation(readParameters(request), { schema: options.schema(), rules: options.rules });
    if (isGet && kind === 'mutation') {
      response.set('allow', 'POST');
      throw refusal(405, 'A mutation must be sent by POST');
    }
    const { signal, ...noted } = requestContextOf(response);
    const operations = createOperations({
      ...options.operations,
      context: async (until) => ({ ...(await authenticate(authorization)), ...noted, signal: until }),
    });
    const format = type === multipart ? multipartFormat : sseFormat;
    const send = (results: AsyncIterableIterator<FormattedExecutionResult>) =>
      sendStream(response, results, { ...options, format, heartbeatMs });

    if (!('document' in prepared)) {
      if (type === eventStream) await send(one(async () => ({ errors: prepared.map((error) => error.toJSON()) })));
      else sendErrors(response, request.headers.accept, prepared);
    } else if (kind === 'subscription') await send(operations.subscribe(prepared));
    else await send(one(() => operations.execute(prepared, signal)));
  };
}

async function* one(result: () => Promise<FormattedExecutionResult>) {
  yield await result();
}

function sendErrors(response: Response, accept: string | undefined, errors: readonly GraphQLError[]) {
  const type = jsonTypeFor(accept);
  response
    .status(type === json ? 200 : 400)
    .type(type)
    .json({ errors });
}
