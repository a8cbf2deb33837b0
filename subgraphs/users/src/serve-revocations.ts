import { forbidden } from '@tributary/core';
import type { SubgraphOptions } from '@tributary/graphql';
import type { Revocations } from './revocations.ts';

/** GET /internal/revocations, for the gateway itself: every current revocation, times in milliseconds since 1970. */
export function serveRevocations({ list }: Pick<Revocations, 'list'>): NonNullable<SubgraphOptions<object>['routes']> {
  return (app, { viewerOf }) => {
    app.get('/internal/revocations', async (request, response) => {
      // A request that the gateway passes on has the token of a viewer, or none.
      if ((await viewerOf(request)) !== null) throw forbidden('Only the gateway may read the revocations.');
      const revocations = (await list()).map(({ subject, revokedBefore, expiresAt }) => ({
        subject,
        revokedBefore: revokedBefore.getTime(),
        expiresAt: expiresAt.getTime(),
      }));
      response.set('cache-control', 'no-store').json({ revocations });
    });
  };
}
