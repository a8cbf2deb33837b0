import type { GraphQLFormattedError } from 'graphql';

/** The error with the first `dropped` steps of its path replaced. */
export function relocateError(error: GraphQLFormattedError, path: string[], dropped: number): GraphQLFormattedError {
  const { locations: _ofTheLogQuery, ...rest } = error;
  return { ...rest, path: [...path, ...(error.path ?? []).slice(dropped)] };
}
