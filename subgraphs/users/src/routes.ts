import { forbidden } from '@tributary/core';
import type { Route } from '@tributary/graphql';
import type { Revocations } from './sessions/revocations.ts';
import type { SigningKeys } from './sessions/signing-keys.ts';

/** GET /.well-known/jwks.json, for anyone: the public keys that verify access tokens. */
export function keysRoute({ jwks }: Pick<SigningKeys, 'jwks'>): Route {
  return (app) => {
    app.get('/.well-known/jwks.json', (_request, response) => {
      response.json(jwks);
    });
  };
}

/** GET /internal/revocations, for the gateway: all current revocations, times in milliseconds since 1970. */
export function revocationsRoute({ list }: Pick<Revocations, 'list'>): Route {
  return (app, { viewerOf }) => {
    app.get('/internal/revocations', async (request, response) => {
      // The gateway's own requests carry a token without a viewer; those that it passes on carry a viewer or no token.
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
