import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import type { Log } from '@tributary/core';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLFormattedError,
  getOperationAST,
  Kind,
  type OperationTypeNode,
} from 'graphql';
import { addReason, stripSuggestions } from '../errors.ts';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { OperationContext } from './operation-context.ts';

/** Answers 400 if a document does not say which operation to run; @apollo/gateway would fail with 500. */
export const requireOperation: ApolloServerPlugin<OperationContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ document, operation, request: { operationName } }) {
        if (operation) return;
        const message =
          typeof operationName === 'string'
            ? `The document has no operation "${operationName}"; it has ${listOperations(document)}`
            : 'The document must have one operation, or "operationName" must say which of them to run';
        throw new GraphQLError(message, {
          extensions: addReason({ code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } }),
        });
      },
    };
  },
};

function listOperations({ definitions }: DocumentNode): string {
  const names = definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? [definition.name ? `"${definition.name.value}"` : 'one without a name']
      : [],
  );
  return names.join(', ') || 'none';
}

/** Refuses any invalid document, however it arrived: Apollo Server itself validates nothing. */
export function requireValid(
  findErrors: (document: DocumentNode) => readonly GraphQLError[],
): ApolloServerPlugin<OperationContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ document }) {
          const [error] = findErrors(document);
          if (error) throw error;
        },
      };
    },
  };
}

/** Span attributes of an operation: never its text, which may contain literals, nor its variables. */
export function operationAttributes(document: DocumentNode, operationName: string | null | undefined) {
  const operation = getOperationAST(document, operationName);
  const type: OperationTypeNode | 'unknown' = operation?.operation ?? 'unknown';
  const name = operation?.name?.value.slice(0, 100);
  return { type, attributes: { 'graphql.operation.type': type, 'graphql.operation.name': name } };
}

const documentErrors = new Set<unknown>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
]);

/**
 * GraphQL over HTTP requires status 400 for a well-formed request whose operation cannot run if the response is
 * application/graphql-response+json, and 200 if it is application/json, where proxies could have set the status too.
 */
export const statusByMediaType: ApolloServerPlugin<OperationContext> = {
  async requestDidStart() {
    return {
      async willSendResponse({ request, response: { body, http } }) {
        if (request.http?.headers.get('accept') !== 'application/json') return;
        if (http.status !== 400 || body.kind !== 'single') return;
        if (documentErrors.has(body.singleResult.errors?.[0]?.extensions?.code)) http.status = 200;
      },
    };
  },
};

const internal = new Set(['INTERNAL_SERVER_ERROR', 'DOWNSTREAM_SERVICE_ERROR']);

/**
 * The part of an error that a client may see: its code and what a subgraph added. The message names an unavailable
 * subgraph, see docs/gateway.md.
 */
export function createFormatError({ log, isProduction }: { log: Log; isProduction: boolean }) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { serviceName, stacktrace, exception, ...extensions } = formatted.extensions ?? {};
    const message = isProduction ? stripSuggestions(formatted.message) : formatted.message;
    const { code } = extensions;
    const shown = { ...formatted, message, extensions: addReason(extensions, message) };
    // Some subgraphs use numbers, as HTTP does.
    if (typeof code === 'number' || (typeof code === 'string' && !internal.has(code))) return shown;
    const cause = error instanceof GraphQLError ? unwrapResolverError(error) : error;
    log.error({ err: cause, subgraph: serviceName, path: formatted.path }, 'operation failed');
    return {
      ...shown,
      message: 'Internal server error',
      extensions: addReason({ ...extensions, code: 'INTERNAL_SERVER_ERROR' }),
    };
  };
}

/**
 * Counts the errors of Apollo Server's responses to clients; responses to the gateway's own queries are not counted.
 */
export function countErrors({ operations }: GatewayMetrics): ApolloServerPlugin<OperationContext> {
  return {
    async invalidRequestWasReceived({ error }) {
      operations.failed([error]);
    },
    async requestDidStart() {
      return {
        async willSendResponse({ contextValue, response: { body } }) {
          if (body.kind === 'single') contextValue.measured?.failed(body.singleResult.errors ?? []);
        },
      };
    },
  };
}
