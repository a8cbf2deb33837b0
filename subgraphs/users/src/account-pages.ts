import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Route } from '@tributary/graphql';
import { passwordLength } from './account-rules.ts';

interface AccountPage {
  readonly title: string;
  /** HTML before the button. */
  readonly form: string;
  /** The text of the button. */
  readonly action: string;
  readonly settings: {
    /** The ids of the fields for the new password and its confirmation. */
    readonly inputs: readonly string[];
    readonly busy: string;
    readonly done: string;
  };
}

/** The pages that emailed links open, by their name in the address. Each sends the mutation in pages/<name>.graphql to the graph. */
const pages: Readonly<Record<string, AccountPage>> = {
  'reset-password': {
    title: 'Set a new password',
    form: `<p id="rule">${passwordLength.min} to ${passwordLength.max} characters. You will be signed out everywhere.</p>
        <label for="first">New password</label>
        <input id="first" type="password" autocomplete="new-password" aria-describedby="rule message" required />
        <label for="second">Confirm new password</label>
        <input id="second" type="password" autocomplete="new-password" aria-describedby="message" required />`,
    action: 'Set password',
    settings: {
      inputs: ['first', 'second'],
      busy: 'Setting the password …',
      done: 'Your password is changed. Sign in with it from now on.',
    },
  },
  'confirm-email': {
    title: 'Confirm your address',
    form: '<p>Tributary will then email you the results of your uploads.</p>',
    action: 'Confirm address',
    settings: {
      inputs: [],
      busy: 'Confirming …',
      done: 'Your address is confirmed. You can close this page.',
    },
  },
};

/**
 * GET /account/reset-password and /account/confirm-email, for anyone: the pages that emailed links open. Only their own script
 * runs. No request carries the token: a browser does not send the part of an address after the `#`.
 */
export async function accountPageRoutes(): Promise<Route> {
  const template = await readPageFile('account.html');
  const rendered = await Promise.all(
    Object.entries(pages).map(async ([name, { settings, ...texts }]) => {
      // Sent to the letter, so that it can be published where only published operations are allowed.
      const query = await readPageFile(`${name}.graphql`);
      return { name, page: renderPage(template, { ...texts, settings: JSON.stringify({ query, ...settings }) }) };
    }),
  );
  return (app) => {
    for (const { name, page } of rendered) {
      const headers = {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': toSecurityPolicy(page),
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      };
      app.get(`/account/${name}`, (_request, response) => {
        response.set(headers).send(page);
      });
    }
  };
}

const readPageFile = (name: string) => readFile(new URL(`../pages/${name}`, import.meta.url), 'utf8');

function renderPage(template: string, texts: Readonly<Record<string, string>>): string {
  const values = new Map(Object.entries(texts));
  return template.replace(/\[\[(\w+)\]\]/g, (_placeholder, name) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`The page has no ${name}.`);
    return value;
  });
}

/** Allows the page's own script and style, and requests to its origin. */
const toSecurityPolicy = (page: string) =>
  [
    "default-src 'none'",
    `script-src '${hashElement(page, 'script')}'`,
    `style-src '${hashElement(page, 'style')}'`,
    ...["connect-src 'self'", "form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'"],
  ].join('; ');

function hashElement(page: string, element: string) {
  const [, content] = new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(page) ?? [];
  if (content === undefined) throw new Error(`The page has no <${element}>.`);
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}
