import { openSpan } from '@tributary/tracing';
import type { Request, RequestHandler } from 'express';
import { GraphQLError, getOperationAST } from 'graphql';
import type { CheckedOperation } from '../graph/documents.ts';
import { operationAttributes } from '../graph/operation-attributes.ts';
import type { Limits } from '../limits/open-limits.ts';
import type { Measures } from '../metrics/create-measures.ts';
import { measuredBy } from '../metrics/measured-request.ts';
import { eventStream, graphqlJson, json } from './accepted-types.ts';
import { chooseAnswer } from './choose-answer.ts';
import { readParameters } from './read-parameters.ts';
import { requestContextOf } from './request-context-of.ts';
import { sendErrors } from './send-errors.ts';
import type { StreamOperation } from './stream-operation.ts';

/** A request with this header set to `report` is answered with the estimated cost in it. */
const costHeader = 'x-graphql-cost';

/**
 * The one place that decides how an operation over HTTP is answered. What comes as a stream is answered here, as is a document
 * that is not valid or larger than allowed; the rest goes on to Apollo Server, with the Accept header that was decided.
 */
export function answerOperations(options: {
  limits: Pick<Limits, 'addressOf' | 'persisted' | 'refusals'>;
  stream: StreamOperation;
  measures: Measures;
}): RequestHandler {
  return async (request, response, next) => {
    if (!carriesOperation(request)) return next();
    const { addressOf, persisted, refusals } = options.limits;
    const { query: sent, ...parameters } = readParameters(request);
    const { documents, schema } = requestContextOf(response).graph;
    const { query, document, errors, cost } = await refusedOr(async () => {
      const query = await persisted.resolve({ query: sent, extensions: parameters.extensions });
      return { query, ...documents.check({ ...parameters, query }) };
    });
    if (errors.length > 0) await refusals.count(addressOf(request));
    const { extensions } = parameters;
    const register = (client: string) => persisted.register({ query: sent, extensions }, client);
    const kind = (document && getOperationAST(document, parameters.operationName)?.operation) ?? null;
    const measured = measuredBy(response, options.measures);
    measured.is(kind);
    const type = chooseAnswer(request.headers.accept, kind);
    if (type !== json && type !== graphqlJson) {
      const prepared = errors.length > 0 ? errors : documents.prepare({ ...parameters, query });
      return options.stream(request, response, { prepared, kind, type, register });
    }
    if (!document || errors.length > 0) {
      measured.failed(errors);
      return sendErrors(response, type, errors);
    }
    if (request.get(costHeader) === 'report') response.setHeader(costHeader, cost);
    response.locals.operation = { ...parameters, schema, document, register };
    if (parameters.extensions?.persistedQuery) putText(request, query, parameters.extensions);
    request.headers.accept = type;
    const { type: name, attributes } = operationAttributes(document, parameters.operationName);
    const { span, run } = openSpan(name, { attributes });
    response.once('close', () => span.end());
    run(next);
  };
}

/** Others are left to Apollo Server: the page for browsers, and what is no operation at all. */
function carriesOperation(request: Request) {
  const { query, extensions } = Object(request.method === 'POST' ? request.body : request.query);
  if (query === undefined && extensions === undefined) return false;
  if (request.method === 'POST') return true;
  return request.method === 'GET' && request.accepts([json, graphqlJson, eventStream, 'text/html']) !== 'text/html';
}

/** Apollo Server finds the text of a document where the client would have written it, and no hash. */
function putText(request: Request, query: string, { persistedQuery, ...extensions }: Record<string, unknown>) {
  if (request.method === 'POST') {
    request.body = { ...request.body, query, extensions };
    return;
  }
  // Parsed as text: `new URL` would throw for targets such as `//`.
  const [path = '/', sent = ''] = request.url.split(/\?(.*)/s, 2);
  const parameters = new URLSearchParams(sent);
  parameters.set('query', query);
  parameters.set('extensions', JSON.stringify(extensions));
  request.url = `${path}?${parameters}`;
}

async function refusedOr(check: () => Promise<CheckedOperation & { query: string }>) {
  try {
    return await check();
  } catch (error) {
    if (error instanceof GraphQLError) return { query: '', document: null, errors: [error], cost: 0 };
    throw error;
  }
}
