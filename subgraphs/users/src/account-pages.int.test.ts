import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openUsers, type Users } from '../fixtures/open-users.ts';
import { passwordLength } from './account-rules.ts';

let users: Users;
beforeAll(async () => {
  users = await openUsers();
});
afterAll(() => users.close());

async function load(name: string) {
  const response = await fetch(new URL(`/account/${name}`, users.url));
  return { response, page: await response.text() };
}

describe.each(['reset-password', 'confirm-email'])('the page %s', (name) => {
  test('lets a browser run only its own script and style, store nothing and send nothing elsewhere', async () => {
    const { response, page } = await load(name);
    const hash = (element: string) => {
      const content = page.slice(page.indexOf(`<${element}>`) + element.length + 2, page.indexOf(`</${element}>`));
      return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
    };
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        `default-src 'none'; script-src ${hash('script')}; style-src ${hash('style')}; connect-src 'self'; ` +
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });

  test('has nothing the policy would forbid: one script, one style, nothing from elsewhere', async () => {
    const { page } = await load(name);
    expect(page.match(/<(script|style)\b[^>]*>/g)).toEqual(['<style>', '<script>']);
    expect(page).not.toMatch(/\s(src|href|action|style|on\w+)=/);
    expect(page).toMatch(/<p id="message" role="status" aria-live="polite"/);
  });
});

describe('the page that sets a new password', () => {
  test('labels each field, says the rule the server has, and lets passwords be made by the browser', async () => {
    const { page } = await load('reset-password');
    const fields = [...page.matchAll(/<input id="(\w+)" type="password" autocomplete="new-password"/g)];
    expect(fields.map(([, id]) => id)).toEqual(['first', 'second']);
    for (const [, id] of fields) expect(page).toContain(`<label for="${id}">`);
    expect(page).toContain(`${passwordLength.min} to ${passwordLength.max} characters`);
  });
});
