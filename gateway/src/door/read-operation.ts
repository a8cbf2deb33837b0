import type { DocumentNode, GraphQLSchema } from 'graphql';

/** An operation that is within the limits of a document. */
export interface ReadOperation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
}
