import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import { z } from 'zod';
import { attemptLimits } from '../scripts/stack/attempt-limits.mjs';
import { openClient, type TestClient } from './client.ts';
import { openMailbox } from './mailbox.ts';
import { openPage } from './page.ts';
import { departmentsCsv, jobsCsv } from './sample-files.ts';
import { openStack, type Stack } from './stack.ts';

/** The environment of the command that starts the stack. */
const inherited = {
  RATE_LIMITED_FIELDS: attemptLimits,
  TRUSTED_PROXIES: '127.0.0.0/8',
  EMAIL_CONFIRMATION: 'required',
  MAX_DEPTH: '3',
  MAX_BODY_BYTES: '',
  CORS_ORIGINS: 'https://app.example.com',
  PORT: '1',
  HOST: 'elsewhere.example.com',
  REDIS_URL: 'redis://elsewhere.example.com',
  DOWNLOAD_URL_SECRET: 'of somebody else, long enough to be taken',
  CLOUD_PASSWORD: 'foreign',
  NODE_OPTIONS: '--no-such-option',
};

let stack: Stack;
let client: TestClient;
beforeAll(async () => {
  stack = await openStack({
    inherited,
  });
  client = openClient(stack.gatewayUrl);
}, 180_000);
afterAll(() => stack?.remove(), 60_000);

const registered = z.object({
  data: z.object({
    register: z.object({
      accessToken: z.string(),
      refreshToken: z.string(),
      user: z.object({ emailConfirmed: z.boolean() }),
    }),
  }),
});
const wrong = '"no such password"';

test.each([
  ['login', 10, (who: string) => `login(email: "${who}@example.com", password: ${wrong}) { accessToken }`],
  ['register', 10, (who: string) => `register(input: { email: "${who}", name: "", password: "" }) { accessToken }`],
  ['requestPasswordReset', 5, (who: string) => `requestPasswordReset(email: "${who}@example.com")`],
  ['resetPassword', 10, (who: string) => `resetPassword(token: "${who}", newPassword: ${wrong}) { accessToken }`],
])(
  '%s is refused for a while after the maximum number of attempts from an address',
  async (_name, count, field) => {
    const send = async (who: number | string) => (await client.graph(`mutation { ${field(`a${who}`)} }`)).errors;
    const tries = await Promise.all(Array.from({ length: count }, (_, index) => send(index)));
    for (const errors of tries) expect(errors).not.toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    expect(await send('nother')).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
  },
  30_000,
);

test('guessing a password uses up the attempts of the address, not of the account', async () => {
  const send = (mutation: string, address: string) =>
    fetch(`${stack.gatewayUrl}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
      body: JSON.stringify({ query: `mutation { ${mutation} }` }),
    });
  const login = (password: string) => `login(email: "owner@example.com", password: ${password}) { accessToken }`;
  const password = '"correct horse battery"';
  const input = `{ email: "owner@example.com", name: "Owner", password: ${password} }`;
  expect((await send(`register(input: ${input}) { accessToken }`, '203.0.113.3')).status).toBe(200);
  const tries = Array.from({ length: 10 }, () => send(login(wrong), '203.0.113.1'));
  for (const { status } of await Promise.all(tries)) expect(status).toBe(200);
  const refused = await send(login(password), '203.0.113.1');
  expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true]);
  const right = await send(login(password), '203.0.113.2');
  expect(await right.json()).toMatchObject({ data: { login: { accessToken: expect.any(String) } } });
}, 30_000);

test('an address gets only its confirmation link until it is confirmed, and results of uploads after that', async () => {
  const [email, password] = [`${randomUUID()}@example.com`, `pass ${randomUUID()}`];
  const query = `mutation ($input: RegisterInput!) {
    register(input: $input) { accessToken refreshToken user { emailConfirmed } } }`;
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.90' };
  const body = JSON.stringify({ query, variables: { input: { email, name: 'Ann Example', password } } });
  const response = await fetch(`${stack.gatewayUrl}/graphql`, { method: 'POST', headers, body });
  const { data } = registered.parse(await response.json());
  expect(data.register.user.emailConfirmed).toBe(false);
  await client.load(data.register.accessToken, { content: departmentsCsv, kind: 'DEPARTMENTS' });

  const mailbox = openMailbox(stack);
  const page = await openPage(await mailbox.linkMailedTo(email, 'Confirm'));
  expect([page.hasForm(), page.address()]).toEqual([true, `${stack.environment.PUBLIC_URL}/account/confirm-email`]);
  expect(await page.submit()).toMatch('Your address is confirmed.');
  const refresh =
    'mutation ($token: String!) { refreshToken(refreshToken: $token) { accessToken user { emailConfirmed } } }';
  const { refreshToken } = await client.data(refresh, { token: data.register.refreshToken });
  expect(refreshToken.user.emailConfirmed).toBe(true);
  await client.load(refreshToken.accessToken, { content: jobsCsv, kind: 'JOBS', filename: 'jobs.csv' });
  await waitFor(async () => (await mailbox.mailsTo(email, 'jobs.csv')).length > 0, { what: 'the result mail' });
  expect((await mailbox.mailsTo(email, '')).map(({ subject }) => subject)).toEqual([
    'Confirm your address for Tributary',
    'All 2 rows of jobs.csv were imported',
  ]);
}, 60_000);

async function readEnvironment(name: string) {
  const text = await readFile(`/proc/${stack.processes.get(name)?.pid}/environ`, 'utf8');
  return Object.fromEntries(text.split('\0').map((line) => line.split(/=(.*)/s, 2)));
}

test('an inherited variable reaches the process that reads it, and no other', async () => {
  const tooDeep = await client.graph('{ users { edges { node { id } } } }');
  expect(tooDeep.errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  const { headers } = await fetch(`${stack.gatewayUrl}/graphql`, { headers: { origin: inherited.CORS_ORIGINS } });
  expect(headers.get('access-control-allow-origin')).toBe(inherited.CORS_ORIGINS);
  expect(await readEnvironment('gateway')).toMatchObject({ MAX_DEPTH: '3' });
  for (const name of stack.processes.keys()) {
    if (name !== 'gateway') expect(await readEnvironment(name)).not.toHaveProperty('MAX_DEPTH');
  }
});

test('no process gets an unknown variable, an empty one, or another value for one that the stack decides', async () => {
  expect([...stack.processes.keys()]).toEqual(expect.arrayContaining(['gateway', 'users', 'notifier', 'mailbox']));
  for (const name of stack.processes.keys()) {
    const environment = await readEnvironment(name);
    expect(environment).toHaveProperty('PATH');
    for (const foreign of ['CLOUD_PASSWORD', 'NODE_OPTIONS', 'MAX_BODY_BYTES']) {
      expect(environment).not.toHaveProperty(foreign);
    }
    for (const decided of ['PORT', 'HOST', 'REDIS_URL', 'DOWNLOAD_URL_SECRET'] as const) {
      expect(environment[decided]).not.toBe(inherited[decided]);
    }
  }
});
