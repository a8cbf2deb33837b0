import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { SubgraphOptions } from '@tributary/graphql';

/**
 * GET /account/reset-password, open to all: the page that the link of a mail leads to. Nothing runs on it but its own script.
 * It never sees the token in a request: a browser keeps to itself what stands behind the `#` of a link.
 */
export async function resetPage(): Promise<NonNullable<SubgraphOptions<object>['routes']>> {
  const page = await readFile(new URL('../pages/reset-password.html', import.meta.url), 'utf8');
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policyOf(page),
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  return (app) => {
    app.get('/account/reset-password', (_request, response) => {
      response.set(headers).send(page);
    });
  };
}

/** Whatever the page does not hold itself is forbidden, but for asking the graph of the same origin. */
const policyOf = (page: string) =>
  [
    "default-src 'none'",
    `script-src '${hashOf(page, 'script')}'`,
    `style-src '${hashOf(page, 'style')}'`,
    ...["connect-src 'self'", "form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'"],
  ].join('; ');

function hashOf(page: string, element: string) {
  const [, content] = new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(page) ?? [];
  if (content === undefined) throw new Error(`The page has no <${element}>`);
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}
