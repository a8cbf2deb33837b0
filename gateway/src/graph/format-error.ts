import { unwrapResolverError } from '@apollo/server/errors';
import type { Log } from '@tributary/core';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { withoutSuggestion } from './without-suggestion.ts';

const internal = new Set(['INTERNAL_SERVER_ERROR', 'DOWNSTREAM_SERVICE_ERROR']);

/** What a client may see of an error: its code and what a subgraph added. An unavailable subgraph is named in the message, see docs/gateway.md. */
export function createFormatError({ log, isProduction }: { log: Log; isProduction: boolean }) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { serviceName, stacktrace, exception, ...extensions } = formatted.extensions ?? {};
    const message = isProduction ? withoutSuggestion(formatted.message) : formatted.message;
    const shown = { ...formatted, message, extensions };
    const { code } = extensions;
    // Some subgraphs use numbers, as HTTP does.
    if (typeof code === 'number' || (typeof code === 'string' && !internal.has(code))) return shown;
    const cause = error instanceof GraphQLError ? unwrapResolverError(error) : error;
    log.error({ err: cause, subgraph: serviceName, path: formatted.path }, 'an operation failed');
    return { ...shown, message: 'Internal server error', extensions: { ...extensions, code: 'INTERNAL_SERVER_ERROR' } };
  };
}
