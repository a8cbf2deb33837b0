import { expect, test } from '@jest/globals';
import { readProfile } from './profile.ts';

const frames = [
  ['(idle)', ''],
  ['verify', 'file:///x/node_modules/@apollo/server/node_modules/jose/dist/index.js'],
  ['sign', 'node:internal/crypto/sig'],
  ['writev', ''],
  ['read', 'file:///x/gateway/dist/graph/documents.js'],
  ['listen', 'file:///x/libs/http/dist/listen.js'],
] as const;

test('time goes to the innermost package, to parts of Node, and to our own folders; idling to nobody', () => {
  const profile = {
    nodes: frames.map(([functionName, url], id) => ({ id, callFrame: { functionName, url } })),
    samples: [0, 1, 1, 2, 3, 4, 5],
    timeDeltas: [9_000, 1_000, 2_000, 4_000, 5_000, 6_000, 7_000],
  };
  expect(readProfile(profile)).toEqual({
    jose: 3,
    cryptography: 4,
    sockets: 5,
    'our gateway code': 6,
    'our libraries': 7,
  });
});
