import { type DocumentNode, getOperationAST, type OperationTypeNode } from 'graphql';

/** What a span tells of an operation: never its text, which may hold literals, nor its variables. */
export function operationAttributes(document: DocumentNode, operationName: string | null | undefined) {
  const operation = getOperationAST(document, operationName);
  const type: OperationTypeNode | 'unknown' = operation?.operation ?? 'unknown';
  const name = operation?.name?.value.slice(0, 100);
  return { type, attributes: { 'graphql.operation.type': type, 'graphql.operation.name': name } };
}
