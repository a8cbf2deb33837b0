import { forbidden } from '@tributary/core';
import type { SubgraphOptions } from '@tributary/graphql';
import { accountPages } from './account-pages.ts';
import type { Revocations } from './sessions/revocations.ts';
import type { SigningKeys } from './sessions/signing-keys.ts';

/** The routes beside the graph: the public keys and the pages that mailed links open, for anyone; the revocations, for the gateway. */
export async function createRoutes(
  keys: Pick<SigningKeys, 'jwks'>,
  revocations: Pick<Revocations, 'list'>,
): Promise<NonNullable<SubgraphOptions<object>['routes']>> {
  const routes = [keysRoute(keys), revocationsRoute(revocations), await accountPages()];
  return (app, helpers) => {
    for (const add of routes) add(app, helpers);
  };
}

/** GET /.well-known/jwks.json, open to all: the public keys that access tokens are checked with. */
function keysRoute({ jwks }: Pick<SigningKeys, 'jwks'>): NonNullable<SubgraphOptions<object>['routes']> {
  return (app) => {
    app.get('/.well-known/jwks.json', (_request, response) => {
      response.json(jwks);
    });
  };
}

/** GET /internal/revocations, for the gateway itself: every current revocation, times in milliseconds since 1970. */
function revocationsRoute({ list }: Pick<Revocations, 'list'>): NonNullable<SubgraphOptions<object>['routes']> {
  return (app, { viewerOf }) => {
    app.get('/internal/revocations', async (request, response) => {
      // A request that the gateway passes on has the token of a viewer, or none.
      if ((await viewerOf(request)) !== null) {
        throw forbidden('Only the gateway may read the revocations.', { reason: 'GATEWAY_ONLY' });
      }
      const revocations = (await list()).map(({ subject, revokedBefore, expiresAt }) => ({
        subject,
        revokedBefore: revokedBefore.getTime(),
        expiresAt: expiresAt.getTime(),
      }));
      response.set('cache-control', 'no-store').json({ revocations });
    });
  };
}
