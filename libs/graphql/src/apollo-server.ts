import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { Log } from '@tributary/core';
import { describeSpan } from '@tributary/tracing';
import { parse } from 'graphql';
import { enforceAuthDirectives } from './auth-directives.ts';
import { formatError, isUnexpected } from './error-format.ts';
import type { Viewer } from './viewer.ts';

/** What every resolver's context holds beside what the subgraph adds. */
export interface RequestContext {
  viewer: Viewer | null;
  log: Log;
  requestId: string;
}

/** The Apollo Server of one subgraph, not started; the HTTP server is drained before it is stopped. */
export function createApolloServer(subgraph: {
  typeDefs: string;
  resolvers: object;
  log: Log;
  plugins: ApolloServerPlugin<RequestContext>[];
}): ApolloServer<RequestContext> {
  // The resolvers are typed by the generated Resolvers; the library's own type for them is looser but not assignable.
  const module = { typeDefs: parse(subgraph.typeDefs), resolvers: subgraph.resolvers } as Extract<
    Parameters<typeof buildSubgraphSchema>[0],
    { resolvers?: unknown }
  >;
  return new ApolloServer<RequestContext>({
    schema: enforceAuthDirectives(buildSubgraphSchema(module)),
    introspection: true,
    persistedQueries: false,
    csrfPrevention: true,
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    formatError,
    logger: subgraph.log,
    plugins: [
      ApolloServerPluginInlineTraceDisabled(),
      // It would look at every field of every answer, for a header that the gateway does not read.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      logUnexpectedErrors(subgraph.log),
      describeOperation,
      ...subgraph.plugins,
    ],
  });
}

/** Logs with its stack what the client sees only masked; the id in the answer is the one in the log. */
function logUnexpectedErrors(log: Log): ApolloServerPlugin<RequestContext> {
  return {
    contextCreationDidFail: async ({ error }) => log.error({ err: error }, 'request context failed'),
    requestDidStart: async ({ contextValue }) => ({
      didEncounterErrors: async ({ errors, operationName }) => {
        for (const error of errors.filter(isUnexpected)) {
          error.extensions.requestId = contextValue.requestId;
          contextValue.log.error(
            { err: error.originalError ?? error, path: error.path, operationName },
            'a resolver failed',
          );
        }
      },
    }),
  };
}

/** Adds the operation to the request's span. */
const describeOperation: ApolloServerPlugin<RequestContext> = {
  requestDidStart: async () => ({
    async didResolveOperation({ operation, operationName }) {
      describeSpan({
        'graphql.operation.type': operation?.operation,
        'graphql.operation.name': operationName ?? undefined,
      });
    },
  }),
};
