import { randomUUID } from 'node:crypto';
import type { GraphQLDataSource } from '@apollo/gateway';
import type { Response } from 'express';
import { z } from 'zod';
import type { Caller } from './admission/authenticate.ts';
import type { OpenGraph } from './graph/open-graph.ts';
import type { IncomingUploads } from './graph/subgraph/uploads.ts';
import type { OperationMetrics } from './metrics/operations.ts';
import type { ReadOperation } from './transport/http/graphql-route.ts';

/** What one operation carries through Apollo Server and the gateway to the requests to subgraphs. */
export interface RequestState extends Caller {
  requestId: string;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
  /** Settles once the client has the answer, or is gone; without it the answer is taken at once. */
  answered?: Promise<void> | undefined;
  /** Only of a multipart request. */
  files?: IncomingUploads | undefined;
  /** What the one subgraph of the operation answered already. */
  received?: ReturnType<GraphQLDataSource['process']> | undefined;
  /** Only of what Apollo Server answers itself. */
  measured?: Pick<OperationMetrics, 'failed'> | undefined;
}

/** The client's x-request-id where it is a harmless one, else a new one. */
export function getRequestId(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[\w.:-]{1,100}$/.test(header) ? header : randomUUID();
}

const noted = z.object({
  requestId: z.string(),
  signal: z.instanceof(AbortSignal),
  graph: z.custom<OpenGraph>((value) => typeof value === 'object'),
  /** The request no longer needs its graph, nor counts as in hand. */
  leave: z.custom<() => void>((value) => typeof value === 'function'),
  /** Undefined where there was no operation that could be read. */
  operation: z.custom<ReadOperation>().optional(),
  files: z.custom<IncomingUploads>().optional(),
});

/** What identifyRequest, enterGraph, acceptUploads and answerOperations noted of the request that this is the response to. */
export function getRequestState(response: Response): z.output<typeof noted> {
  return noted.parse(response.locals);
}
