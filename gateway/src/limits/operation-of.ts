import type { ExecutionArgs } from 'graphql';

/** A prepared operation as its limits want to see it. */
export function operationOf({ document, operationName, variableValues }: ExecutionArgs) {
  return { document, operationName: operationName ?? null, variables: { ...variableValues } };
}
