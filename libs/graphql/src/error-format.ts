import { unwrapResolverError } from '@apollo/server/errors';
import { isAppError, toExtensions } from '@tributary/core';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';

/** True for an error nobody threw on purpose: a bug, or a fault the client must not see. */
export function isUnexpected(error: unknown): boolean {
  const cause = unwrapResolverError(error);
  if (isAppError(cause)) return cause.code === 'INTERNAL_SERVER_ERROR' || cause.code === 'BAD_CONFIG';
  return !(cause instanceof GraphQLError) || cause.extensions.code === 'INTERNAL_SERVER_ERROR';
}

/** An AppError with its code, reason and message, GraphQL's own errors as they are, anything else masked. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { path, locations } = formatted;
  const place = { ...(path && { path }), ...(locations && { locations }) };
  const requestId = formatted.extensions?.requestId;
  if (isUnexpected(error)) {
    return {
      message: 'Internal server error',
      ...place,
      extensions: { code: 'INTERNAL_SERVER_ERROR', reason: 'INTERNAL_ERROR', ...(requestId ? { requestId } : {}) },
    };
  }
  const cause = unwrapResolverError(error);
  if (!isAppError(cause)) return formatted;
  return { message: cause.message, ...place, extensions: { ...formatted.extensions, ...toExtensions(cause) } };
}
