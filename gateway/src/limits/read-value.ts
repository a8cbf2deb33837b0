import { type ValueNode, valueFromASTUntyped } from 'graphql';

/** A value of a document with its variables put in; undefined for a variable that is not given. */
export function readValue(node: ValueNode, variables: Readonly<Record<string, unknown>>): unknown {
  return valueFromASTUntyped(node, { ...variables });
}
