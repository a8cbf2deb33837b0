import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { fixedClock } from '@tributary/testing';
import jsonwebtoken from 'jsonwebtoken';
import { createInternalTokens } from './internal-tokens.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const ada = { sub: 'u1', email: 'ada@example.com', name: 'Ada', permissions: ['QUERY'] };

test('a token is used again for the same viewer and subgraph alone, and while it is good for 30 seconds more', () => {
  const clock = fixedClock('2026-01-02T03:04:00.500Z');
  const sign = createInternalTokens(pem, clock);
  const first = sign({ viewer: ada }, 'users');
  expect(jsonwebtoken.decode(first.slice('Bearer '.length))).toEqual({
    ...ada,
    aud: 'subgraph:users',
    iss: 'tributary-gateway',
    iat: Date.parse('2026-01-02T03:04:00Z') / 1000,
    exp: Date.parse('2026-01-02T03:05:00Z') / 1000,
  });
  clock.advance(29_999);
  expect(sign({ viewer: { ...ada } }, 'users')).toBe(first);
  const others = [
    sign({ viewer: ada }, 'uploads'),
    sign({ viewer: { ...ada, permissions: ['QUERY', 'ADMIN'] } }, 'users'),
    sign({ viewer: { ...ada, name: 'Ada Lovelace' } }, 'users'),
    sign({ viewer: null }, 'users'),
  ];
  expect(new Set([first, ...others]).size).toBe(5);
  clock.advance(1);
  expect(sign({ viewer: ada }, 'users')).not.toBe(first);
});
