import type { DocumentNode, GraphQLSchema } from 'graphql';

/** An operation that is within the limits of a document. */
export interface ReadOperation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
  /** Registers the document under its hash where it came with one; called once the operation is admitted. */
  register?: (client: string) => Promise<void>;
}
