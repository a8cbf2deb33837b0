import { randomUUID } from 'node:crypto';
import type { GraphQLDataSource } from '@apollo/gateway';
import type { Caller } from '../admission/caller.ts';
import type { OperationMetrics } from '../metrics/operations.ts';
import type { IncomingUploads } from './subgraph/uploads.ts';

/** The context of one operation, passed through Apollo Server and the gateway to the subgraph requests. */
export interface OperationContext extends Caller {
  requestId: string;
  /** Aborted when nobody waits for the response any more. */
  signal: AbortSignal;
  /** Settles once the client has the response or has disconnected; without it the response counts as taken at once. */
  answered?: Promise<void> | undefined;
  /** Only for a multipart request. */
  files?: IncomingUploads | undefined;
  /** The response of the operation's only subgraph, if it was fetched already. */
  received?: ReturnType<GraphQLDataSource['process']> | undefined;
  /** Only for operations that Apollo Server answers itself. */
  measured?: Pick<OperationMetrics, 'failed'> | undefined;
}

/** The client's x-request-id if it is well-formed, otherwise a new one. */
export function getRequestId(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[\w.:-]{1,100}$/.test(header) ? header : randomUUID();
}
