import type { Log } from '@tributary/core';
import type { Request, Response } from 'express';
import type { ExecutionArgs, FormattedExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import type { Authenticate } from '../../admission/authenticate.ts';
import { getClient, type Limits } from '../../admission/limits.ts';
import { httpError } from '../../errors.ts';
import { getOperation } from '../../graphql/ast.ts';
import type { GatewayMetrics } from '../../metrics/gateway-metrics.ts';
import { watchErrors } from '../../metrics/subscriptions.ts';
import { createOperations } from '../../subscriptions/operations.ts';
import { type eventStream, jsonTypeFor, multipart } from './content-negotiation.ts';
import { sendErrors } from './errors.ts';
import { requireCsrfHeader } from './middleware.ts';
import { getOperationMetrics, getRequestState } from './request-state.ts';
import { multipartFormat, sendStream, sseFormat } from './stream-response.ts';

const heartbeatMs = 5_000;

export type StreamOperation = (
  request: Request,
  response: Response,
  operation: {
    prepared: ExecutionArgs | readonly GraphQLError[];
    kind: OperationTypeNode | null;
    type: typeof eventStream | typeof multipart;
    register: (client: string) => Promise<void>;
  },
) => Promise<void>;

/**
 * Answers an operation as a stream once the token and the document are valid: multipart or server-sent events.
 * Server-sent events also carry the errors of a document, because an EventSource cannot read other responses.
 */
export function createStreamOperation(options: {
  authenticate: Authenticate;
  operations: Omit<Parameters<typeof createOperations>[0], 'context' | 'hold' | 'until'>;
  limits: Limits;
  /** Aborted when the gateway stops: streams then end in a way that makes clients reconnect. */
  stopping: AbortSignal;
  measures: GatewayMetrics;
  log: Log;
}): StreamOperation {
  const { authenticate, limits, measures } = options;
  return async (request, response, { prepared, kind, type, register }) => {
    requireCsrfHeader(request);
    const { authorization } = request.headers;
    const { viewer } = await authenticate(authorization);
    if (request.method === 'GET' && kind === 'mutation') {
      response.set('allow', 'POST');
      throw httpError(405, 'A mutation must be sent by POST');
    }
    const format = type === multipart ? multipartFormat : sseFormat;
    const transport = type === multipart ? 'multipart' : 'sse';
    const measured = getOperationMetrics(response, measures);
    measured.is(kind, transport);
    const send = (results: AsyncIterableIterator<FormattedExecutionResult>) =>
      sendStream(response, results, { ...options, format, heartbeatMs });

    if (!('document' in prepared)) {
      measured.failed(prepared);
      if (type === multipart) return sendErrors(response, jsonTypeFor(request.headers.accept), prepared);
      return send(one(async () => ({ errors: prepared.map((error) => error.toJSON()) })));
    }
    const { signal, release, graph, ...noted } = getRequestState(response);
    const address = limits.addressOf(request);
    await limits.checkRates(getOperation(prepared), { viewer, address });
    await register(getClient(viewer, address));
    // It lasts as long as the client wants; from here on it counts as a subscription.
    if (kind === 'subscription') release();
    const { subscribe, execute } = createOperations({
      ...options.operations,
      until: signal,
      hold: () => limits.subscriptions.take(getClient(viewer, address)),
      context: async (until) => ({ ...(await authenticate(authorization)), ...noted, signal: until }),
    });
    await send(
      kind === 'subscription'
        ? measures.subscriptions.follow(subscribe(prepared), transport, measured)
        : watchErrors(
            one(() => execute(prepared, graph)),
            measured,
          ),
    );
  };
}

async function* one(result: () => Promise<FormattedExecutionResult>) {
  yield await result();
}
