import { unwrapResolverError } from '@apollo/server/errors';
import type { Log } from '@tributary/core';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { withoutSuggestion } from './without-suggestion.ts';

const internal = new Set(['INTERNAL_SERVER_ERROR', 'DOWNSTREAM_SERVICE_ERROR']);

/** What a client may see of an error: its code and what a subgraph added, nothing of how the graph is put together. */
export function createFormatError({ log, isProduction }: { log: Log; isProduction: boolean }) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { serviceName, stacktrace, exception, ...extensions } = formatted.extensions ?? {};
    const message = isProduction ? withoutSuggestion(formatted.message) : formatted.message;
    const shown = { ...formatted, message, extensions };
    if (typeof extensions.code === 'string' && !internal.has(extensions.code)) return shown;
    const cause = error instanceof GraphQLError ? unwrapResolverError(error) : error;
    log.error({ err: cause, subgraph: serviceName, path: formatted.path }, 'an operation failed');
    return { ...shown, message: 'Internal server error', extensions: { ...extensions, code: 'INTERNAL_SERVER_ERROR' } };
  };
}
