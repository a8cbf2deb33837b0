import type { SubgraphOptions } from '@tributary/graphql';
import type { SigningKeys } from './signing-keys.ts';

/** GET /.well-known/jwks.json, open to all: the public keys that access tokens are checked with. */
export function publishKeys({ jwks }: Pick<SigningKeys, 'jwks'>): NonNullable<SubgraphOptions<object>['routes']> {
  return (app) => {
    app.get('/.well-known/jwks.json', (_request, response) => {
      response.json(jwks);
    });
  };
}
