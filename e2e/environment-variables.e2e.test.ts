import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openClient } from './client.ts';
import { openStack, type Stack } from './stack.ts';

const outside = {
  MAX_DEPTH: '2',
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
beforeAll(async () => {
  stack = await openStack({ outside });
}, 180_000);
afterAll(() => stack?.remove(), 60_000);

async function environmentOf(name: string) {
  const text = await readFile(`/proc/${stack.processes.get(name)?.pid}/environ`, 'utf8');
  return Object.fromEntries(text.split('\0').map((line) => line.split(/=(.*)/s, 2)));
}

test('a variable set outside reaches the process that reads it, and no other', async () => {
  const client = openClient(stack.gatewayUrl);
  const tooDeep = await client.graph('{ users { nodes { id } } }');
  expect(tooDeep.errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  const { headers } = await fetch(`${stack.gatewayUrl}/graphql`, { headers: { origin: outside.CORS_ORIGINS } });
  expect(headers.get('access-control-allow-origin')).toBe(outside.CORS_ORIGINS);
  expect(await environmentOf('gateway')).toMatchObject({ MAX_DEPTH: '2' });
  for (const name of stack.processes.keys()) {
    if (name !== 'gateway') expect(await environmentOf(name)).not.toHaveProperty('MAX_DEPTH');
  }
});

test('what is foreign reaches none, nor what the stack decides or an empty value', async () => {
  expect([...stack.processes.keys()]).toEqual(expect.arrayContaining(['gateway', 'users', 'notifier', 'mailbox']));
  for (const name of stack.processes.keys()) {
    const environment = await environmentOf(name);
    expect(environment).toHaveProperty('PATH');
    for (const foreign of ['CLOUD_PASSWORD', 'NODE_OPTIONS', 'MAX_BODY_BYTES']) {
      expect(environment).not.toHaveProperty(foreign);
    }
    for (const decided of ['PORT', 'HOST', 'REDIS_URL', 'DOWNLOAD_URL_SECRET'] as const) {
      expect(environment[decided]).not.toBe(outside[decided]);
    }
  }
});
