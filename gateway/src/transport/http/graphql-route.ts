import { invalidInput } from '@tributary/core';
import { openSpan } from '@tributary/tracing';
import type { Request, RequestHandler } from 'express';
import { GraphQLError, getOperationAST } from 'graphql';
import { z } from 'zod';
import type { Limits } from '../../admission/limits.ts';
import { operationAttributes } from '../../graph/apollo-plugins.ts';
import type { CheckedOperation } from '../../graph/documents.ts';
import type { GatewayMetrics } from '../../metrics/gateway-metrics.ts';
import { eventStream, graphqlJson, json, negotiateMediaType } from './content-negotiation.ts';
import { sendErrors } from './errors.ts';
import { getOperationMetrics, getRequestState, setRequestState } from './request-state.ts';
import type { StreamOperation } from './stream-operation.ts';

/** A request with this header set to `report` gets the estimated cost in the response header of the same name. */
const costHeader = 'x-graphql-cost';

/**
 * The one place that decides how an operation over HTTP is answered. Streams and errors of documents are answered here;
 * the rest goes on to Apollo Server, with the negotiated Accept header.
 */
export function createGraphqlHandler(options: {
  limits: Pick<Limits, 'addressOf' | 'persisted' | 'refusals'>;
  stream: StreamOperation;
  measures: GatewayMetrics;
}): RequestHandler {
  return async (request, response, next) => {
    if (!carriesOperation(request)) return next();
    const { addressOf, persisted, refusals } = options.limits;
    const { query: sent, ...parameters } = readParameters(request);
    const { documents, schema } = getRequestState(response).graph;
    const { query, document, errors, cost } = await refusedOr(async () => {
      const query = await persisted.resolve({ query: sent, extensions: parameters.extensions });
      return { query, ...documents.check({ ...parameters, query }) };
    });
    if (errors.length > 0) await refusals.count(addressOf(request));
    const { extensions } = parameters;
    const register = (client: string) => persisted.register({ query: sent, extensions }, client);
    const kind = (document && getOperationAST(document, parameters.operationName)?.operation) ?? null;
    const measured = getOperationMetrics(response, options.measures);
    measured.is(kind);
    const type = negotiateMediaType(request.headers.accept, kind);
    if (type !== json && type !== graphqlJson) {
      const prepared = errors.length > 0 ? errors : documents.prepare({ ...parameters, query });
      return options.stream(request, response, { prepared, kind, type, register });
    }
    if (!document || errors.length > 0) {
      measured.failed(errors);
      return sendErrors(response, type, errors);
    }
    if (request.get(costHeader) === 'report') response.setHeader(costHeader, cost);
    setRequestState(response, { operation: { ...parameters, schema, document, register } });
    if (parameters.extensions?.persistedQuery) putText(request, query, parameters.extensions);
    request.headers.accept = type;
    const { type: name, attributes } = operationAttributes(document, parameters.operationName);
    const { span, run } = openSpan(name, { attributes });
    response.once('close', () => span.end());
    run(next);
  };
}

/** Apollo Server handles the rest: the page for browsers, and requests without an operation. */
function carriesOperation(request: Request) {
  const { query, extensions } = Object(request.method === 'POST' ? request.body : request.query);
  if (query === undefined && extensions === undefined) return false;
  if (request.method === 'POST') return true;
  return request.method === 'GET' && request.accepts([json, graphqlJson, eventStream, 'text/html']) !== 'text/html';
}

/** Apollo Server finds the text of the document in place of its hash. */
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

const object = z.record(z.string(), z.unknown()).nullish();
const parameters = z
  .object({
    query: z.string().nullish(),
    operationName: z.string().nullish(),
    variables: object,
    extensions: object,
  })
  .refine(({ query, extensions }) => query || extensions?.persistedQuery, {
    path: ['query'],
    error: 'needed where the extensions do not name it by its hash',
  });

export type OperationParameters = z.output<typeof parameters>;

/**
 * The operation of a POST's JSON body or of a GET's query string. Throws BAD_USER_INPUT, which names the missing or
 * wrong part.
 */
function readParameters(request: Request): OperationParameters {
  const given: unknown = request.method === 'GET' ? { ...request.query, ...jsonOf(request.query) } : request.body;
  const read = parameters.safeParse(given);
  if (read.success) return read.data;
  const name = read.error.issues[0]?.path[0];
  throw invalidInput(
    name === undefined
      ? 'The request must carry one operation, as a JSON object'
      : `The parameter "${String(name)}" is missing or of a wrong type`,
  );
}

function jsonOf(query: Request['query']) {
  const named = Object.entries(query).filter(([name]) => name === 'variables' || name === 'extensions');
  return Object.fromEntries(
    named.map(([name, text]) => {
      try {
        return [name, JSON.parse(String(text))];
      } catch {
        throw invalidInput(`The parameter "${name}" is not valid JSON`);
      }
    }),
  );
}
