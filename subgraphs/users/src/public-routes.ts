import type { SubgraphOptions } from '@tributary/graphql';
import { accountPages } from './account-pages.ts';
import { publishKeys } from './publish-keys.ts';
import type { Revocations } from './revocations.ts';
import { serveRevocations } from './serve-revocations.ts';
import type { SigningKeys } from './signing-keys.ts';

/** The routes beside the graph: the public keys and the pages that mailed links open, for anyone; the revocations, for the gateway. */
export async function publicRoutes(
  keys: Pick<SigningKeys, 'jwks'>,
  revocations: Pick<Revocations, 'list'>,
): Promise<NonNullable<SubgraphOptions<object>['routes']>> {
  const routes = [publishKeys(keys), serveRevocations(revocations), await accountPages()];
  return (app, helpers) => {
    for (const add of routes) add(app, helpers);
  };
}
