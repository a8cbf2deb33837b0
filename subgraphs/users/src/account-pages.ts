import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { SubgraphOptions } from '@tributary/graphql';

const pages = ['reset-password', 'confirm-email'];

/**
 * GET /account/reset-password and /account/confirm-email, open to all: the pages that mailed links open. Only their own
 * script runs on them. No request carries the token: a browser does not send the part of a link after the `#`.
 */
export async function accountPages(): Promise<NonNullable<SubgraphOptions<object>['routes']>> {
  const served = await Promise.all(pages.map(async (name) => ({ name, ...(await loadPage(name)) })));
  return (app) => {
    for (const { name, page, headers } of served) {
      app.get(`/account/${name}`, (_request, response) => {
        response.set(headers).send(page);
      });
    }
  };
}

async function loadPage(name: string) {
  const page = await readFile(new URL(`../pages/${name}.html`, import.meta.url), 'utf8');
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': toSecurityPolicy(page),
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  return { page, headers };
}

/** Whatever the page does not hold itself is forbidden, but for asking the graph of the same origin. */
const toSecurityPolicy = (page: string) =>
  [
    "default-src 'none'",
    `script-src '${hashElement(page, 'script')}'`,
    `style-src '${hashElement(page, 'style')}'`,
    ...["connect-src 'self'", "form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'"],
  ].join('; ');

function hashElement(page: string, element: string) {
  const [, content] = new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(page) ?? [];
  if (content === undefined) throw new Error(`The page has no <${element}>`);
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}
