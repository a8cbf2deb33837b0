import type { ApolloServerPlugin } from '@apollo/server';
import type { RequestContext } from '../request-context.ts';

const documentErrors = new Set<unknown>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
]);

/**
 * As GraphQL over HTTP wants it, a well-formed request whose operation cannot be run is 400 as application/graphql-response+json
 * but 200 as application/json, where a status is said by whatever stands between as well.
 */
export const statusByMediaType: ApolloServerPlugin<RequestContext> = {
  async requestDidStart() {
    return {
      async willSendResponse({ request, response: { body, http } }) {
        if (request.http?.headers.get('accept') !== 'application/json') return;
        if (http.status !== 400 || body.kind !== 'single') return;
        if (documentErrors.has(body.singleResult.errors?.[0]?.extensions?.code)) http.status = 200;
      },
    };
  },
};
