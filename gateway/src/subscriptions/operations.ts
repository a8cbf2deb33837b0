import type { ApolloServer } from '@apollo/server';
import { type ExecutionArgs, type FormattedExecutionResult, GraphQLError, print } from 'graphql';
import { z } from 'zod';
import type { RequestContext } from '../request-context.ts';
import { failedStream } from './failed-stream.ts';
import type { createSubscribe } from './subscribe.ts';

const variables = z.record(z.string(), z.unknown());

export type Operations = ReturnType<typeof createOperations>;

/** Runs prepared operations of one client; `context` is asked before each read, and throws once its token is no longer good. */
export function createOperations(options: {
  server: ApolloServer<RequestContext>;
  subscribe: ReturnType<typeof createSubscribe>;
  context: (signal: AbortSignal) => Promise<RequestContext>;
}) {
  const { context, server } = options;
  return {
    subscribe(args: ExecutionArgs): AsyncIterableIterator<FormattedExecutionResult> {
      const { document, operationName } = args;
      const values = variables.parse(args.variableValues ?? {});
      try {
        return options.subscribe({ document, operationName: operationName ?? undefined, variables: values, context });
      } catch (error) {
        return failedStream(error);
      }
    },

    async execute(
      args: ExecutionArgs,
      signal: AbortSignal = new AbortController().signal,
    ): Promise<FormattedExecutionResult> {
      const contextValue = await context(signal);
      const query = print(args.document);
      const request = { query, variables: variables.parse(args.variableValues ?? {}) };
      const named = args.operationName ? { ...request, operationName: args.operationName } : request;
      const response = await server.executeOperation(named, { contextValue });
      if (response.body.kind !== 'single') throw new GraphQLError('The operation was answered in parts');
      return response.body.singleResult;
    },
  };
}
