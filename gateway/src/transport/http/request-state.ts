import type { RequestHandler, Response } from 'express';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { OpenGraph } from '../../graph/open-graph.ts';
import type { IncomingUploads } from '../../graph/subgraph/uploads.ts';
import type { GatewayMetrics } from '../../metrics/gateway-metrics.ts';
import type { OperationMetrics } from '../../metrics/operations.ts';

/** An operation that is within the limits of a document. */
export interface ReadOperation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
  /** Registers the document under its hash if it came with one; call it once the operation is admitted. */
  register?: (client: string) => Promise<void>;
}

/** What the middleware has found out about a request. */
export interface RequestState {
  requestId: string;
  /** Aborted when the client disconnects before the response. */
  signal: AbortSignal;
  graph: OpenGraph;
  /** Ends the lease of the graph and the place among the requests in flight. */
  release: () => void;
  /** Undefined if no operation could be read. */
  operation?: ReadOperation;
  /** Only of a multipart request. */
  files?: IncomingUploads;
  measured?: OperationMetrics;
}

const states = new WeakMap<Response, Partial<RequestState>>();

/** Adds to the state of the request that this response answers. */
export function setRequestState(response: Response, change: Partial<RequestState>): void {
  states.set(response, { ...states.get(response), ...change });
}

/** The state of the request that this response answers. Throws before identifyRequest and leaseGraph have run. */
export function getRequestState(response: Response): RequestState {
  const { requestId, signal, graph, release, ...state } = states.get(response) ?? {};
  if (requestId === undefined || signal === undefined || graph === undefined || release === undefined)
    throw new Error('The request has not been identified yet.');
  return { requestId, signal, graph, release, ...state };
}

/** Measures each request as an operation, until its response has ended or the client has disconnected. */
export function measureRequests({ operations }: GatewayMetrics): RequestHandler {
  return (_request, response, next) => {
    const operation = operations.begin('http');
    setRequestState(response, { measured: operation });
    response.once('close', () => {
      if (!response.writableFinished) operation.end('aborted');
      else operation.end(response.statusCode >= 400 ? 'errors' : undefined);
    });
    next();
  };
}

/** The metrics of the operation that this response answers; on other routes only errors are counted. */
export function getOperationMetrics(response: Response, { operations }: GatewayMetrics): OperationMetrics {
  return states.get(response)?.measured ?? { is: () => undefined, failed: operations.failed, end: () => undefined };
}
