import type { ExecutionArgs } from 'graphql';

/** A prepared operation as its limits want to see it. */
export function operationOf({ schema, document, operationName, variableValues }: ExecutionArgs) {
  return { schema, document, operationName: operationName ?? null, variables: { ...variableValues } };
}
