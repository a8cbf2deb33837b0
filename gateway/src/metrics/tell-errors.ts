import type { ApolloServerPlugin } from '@apollo/server';
import type { RequestContext } from '../request-context.ts';
import type { Measures } from './create-measures.ts';

/** Counts what Apollo Server answers to a request; what the gateway asks of it for itself is nobody's answer. */
export function tellErrors({ operations }: Measures): ApolloServerPlugin<RequestContext> {
  return {
    async invalidRequestWasReceived({ error }) {
      operations.failed([error]);
    },
    async requestDidStart() {
      return {
        async willSendResponse({ contextValue, response: { body } }) {
          if (body.kind === 'single') contextValue.measured?.failed(body.singleResult.errors ?? []);
        },
      };
    },
  };
}
