import { errorCodes } from '@tributary/core';

const known = new Set<unknown>([
  ...errorCodes,
  'BAD_REQUEST',
  'COST_ESTIMATED_TOO_EXPENSIVE',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_NOT_PUBLISHED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_HASH_MISMATCH',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** An error's code as a label: itself where it is one of ours, else OTHER, since a subgraph may answer with anything. */
export function codeLabel(code: unknown): string {
  return known.has(code) ? String(code) : 'OTHER';
}
