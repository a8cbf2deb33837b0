import { type Headers, inSpan } from '@tributary/tracing';
import { type ExecutionArgs, type FormattedExecutionResult, GraphQLError, print } from 'graphql';
import { z } from 'zod';
import { createTimeoutSignal } from '../admission/timeout-signal.ts';
import { operationAttributes } from '../graph/apollo-plugins.ts';
import type { OpenGraph } from '../graph/open-graph.ts';
import type { OperationContext } from '../graph/operation-context.ts';
import { onIteratorEnd } from '../iterator-end.ts';
import type { createSubscribe } from './engine.ts';
import { createRejectedIterator } from './event-stream.ts';

const variables = z.record(z.string(), z.unknown());

export type Operations = ReturnType<typeof createOperations>;

/**
 * Runs prepared operations of one client; `context` is called before each read and throws once the token is no longer
 * valid.
 */
export function createOperations(options: {
  subscribe: ReturnType<typeof createSubscribe>;
  context: (signal: AbortSignal) => Promise<OperationContext>;
  /** Aborted when the client has disconnected. */
  until: AbortSignal;
  /** Acquires a slot for a subscription; the returned function releases it. Throws if none is free. */
  hold: () => () => void;
  timeoutMs: number;
  /** Headers that may carry a trace context; without one, the active span is the parent. */
  from?: Headers;
}) {
  const { context, from, until, timeoutMs } = options;
  return {
    subscribe(args: ExecutionArgs): AsyncIterableIterator<FormattedExecutionResult> {
      const { schema, document, operationName } = args;
      const values = variables.parse(args.variableValues ?? {});
      try {
        const name = operationName ?? undefined;
        const release = options.hold();
        try {
          const subscription = { document, operationName: name, variables: values, context, from };
          return endingWith(until, options.subscribe(subscription, schema), release);
        } catch (error) {
          release();
          throw error;
        }
      } catch (error) {
        return createRejectedIterator(error);
      }
    },

    async execute(args: ExecutionArgs, graph: OpenGraph): Promise<FormattedExecutionResult> {
      const time = createTimeoutSignal(until, timeoutMs);
      const { type, attributes } = operationAttributes(args.document, args.operationName);
      const description = from ? { kind: 'server' as const, attributes, from } : { attributes };
      try {
        return await inSpan(type, description, () => run(args, graph, time.signal));
      } finally {
        time.end();
      }
    },
  };

  /** Ends the results when the client has disconnected, and releases the slot in any case. */
  function endingWith<T>(signal: AbortSignal, results: AsyncIterableIterator<T>, release: () => void) {
    // The transport ends the results as well, and reports errors.
    const stop = () => void stream.return?.().catch(() => undefined);
    const stream = onIteratorEnd(results, () => {
      signal.removeEventListener('abort', stop);
      release();
    });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    return stream;
  }

  async function run(
    args: ExecutionArgs,
    { server }: OpenGraph,
    signal: AbortSignal,
  ): Promise<FormattedExecutionResult> {
    const contextValue = await context(signal);
    const query = print(args.document);
    const request = { query, variables: variables.parse(args.variableValues ?? {}) };
    const named = args.operationName ? { ...request, operationName: args.operationName } : request;
    const response = await server.executeOperation(named, { contextValue });
    if (response.body.kind !== 'single') throw new GraphQLError('The operation was answered in parts');
    return response.body.singleResult;
  }
}
