import { randomUUID } from 'node:crypto';
import type { GraphQLDataSource } from '@apollo/gateway';
import type { Caller } from '../admission/caller.ts';
import type { OperationMetrics } from '../metrics/operations.ts';
import type { IncomingUploads } from './subgraph/uploads.ts';

/** What one operation carries through Apollo Server and the gateway to the requests to subgraphs. */
export interface OperationContext extends Caller {
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
