import { randomUUID } from 'node:crypto';
import type { ApolloServer } from '@apollo/server';
import { type AppError, isAppError } from '@tributary/core';
import {
  type ExecutionArgs,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  parse,
  print,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { z } from 'zod';
import type { Caller } from '../auth/caller.ts';
import type { RequestContext } from '../request-context.ts';
import { failedStream } from './failed-stream.ts';
import type { createSubscribe } from './subscribe.ts';

const variables = z.record(z.string(), z.unknown());

export type Operations = ReturnType<typeof createOperations>;

/** The operations of one WebSocket connection; `onRefused` hears when its token is no longer good. */
export function createOperations(options: {
  server: ApolloServer<RequestContext>;
  schema: () => GraphQLSchema;
  rules: ValidationRule[];
  subscribe: ReturnType<typeof createSubscribe>;
  authenticate: () => Promise<Caller>;
  onRefused: (error: AppError) => void;
}) {
  async function context(signal: AbortSignal): Promise<RequestContext> {
    try {
      return { ...(await options.authenticate()), requestId: randomUUID(), signal };
    } catch (error) {
      if (isAppError(error, 'UNAUTHENTICATED')) options.onRefused(error);
      throw error;
    }
  }

  return {
    /** Parses and validates; the arguments for the two below, or what is wrong. */
    prepare(payload: {
      query: string;
      operationName?: string | null | undefined;
      variables?: Record<string, unknown> | null | undefined;
    }): ExecutionArgs | readonly GraphQLError[] {
      const schema = options.schema();
      try {
        const document = parse(payload.query);
        const errors = validate(schema, document, [...specifiedRules, ...options.rules]);
        if (errors.length > 0) return errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
        const { operationName = null, variables: variableValues = null } = payload;
        return { schema, document, operationName, variableValues };
      } catch (error) {
        if (error instanceof GraphQLError) return [withCode(error, 'GRAPHQL_PARSE_FAILED')];
        throw error;
      }
    },

    subscribe(args: ExecutionArgs): AsyncIterableIterator<FormattedExecutionResult> {
      const { document, operationName } = args;
      const values = variables.parse(args.variableValues ?? {});
      try {
        return options.subscribe({ document, operationName: operationName ?? undefined, variables: values, context });
      } catch (error) {
        return failedStream(error);
      }
    },

    async execute(args: ExecutionArgs): Promise<FormattedExecutionResult> {
      const contextValue = await context(new AbortController().signal);
      const query = print(args.document);
      const request = { query, variables: variables.parse(args.variableValues ?? {}) };
      const named = args.operationName ? { ...request, operationName: args.operationName } : request;
      const response = await options.server.executeOperation(named, { contextValue });
      if (response.body.kind !== 'single') throw new GraphQLError('The operation was answered in parts');
      return response.body.singleResult;
    },
  };
}

function withCode({ message, nodes, source, positions, extensions }: GraphQLError, code: string) {
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    extensions: { code, ...extensions },
  });
}
