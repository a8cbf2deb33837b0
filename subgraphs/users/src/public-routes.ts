import type { SubgraphOptions } from '@tributary/graphql';
import { publishKeys } from './publish-keys.ts';
import { resetPage } from './reset-page.ts';
import type { SigningKeys } from './signing-keys.ts';

/** What is served beside the graph, open to all: the public keys, and the page that sets a new password. */
export async function publicRoutes(
  keys: Pick<SigningKeys, 'jwks'>,
): Promise<NonNullable<SubgraphOptions<object>['routes']>> {
  const routes = [publishKeys(keys), await resetPage()];
  return (app, helpers) => {
    for (const add of routes) add(app, helpers);
  };
}
