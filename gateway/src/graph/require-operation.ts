import type { ApolloServerPlugin } from '@apollo/server';
import { type DocumentNode, GraphQLError, Kind } from 'graphql';
import type { RequestContext } from '../request-context.ts';

/** Answers 400 where a document does not say which operation to run; @apollo/gateway would fail with 500. */
export const requireOperation: ApolloServerPlugin<RequestContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ document, operation, request: { operationName } }) {
        if (operation) return;
        const message =
          typeof operationName === 'string'
            ? `The document has no operation "${operationName}"; it has ${listOperations(document)}`
            : 'The document must have one operation, or "operationName" must say which of them to run';
        throw new GraphQLError(message, {
          extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } },
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

/** Refuses any document with an error, whichever way it came here: Apollo Server itself validates nothing. */
export function requireValid(
  findErrors: (document: DocumentNode) => readonly GraphQLError[],
): ApolloServerPlugin<RequestContext> {
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
