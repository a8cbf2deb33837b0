import { describe, expect, test } from '@jest/globals';
import { readGatewayConfig } from './config.ts';

const good = {
  INTERNAL_TOKEN_PRIVATE_KEY: '-----BEGIN PRIVATE KEY-----\\nA\\n-----END PRIVATE KEY-----',
  REDIS_URL: 'redis://127.0.0.1:6379/0',
};

test('what is required is enough; URLs of subgraphs and routes are read', () => {
  const config = readGatewayConfig({
    ...good,
    SUBGRAPH_URL_MY_NAME: 'http://there/graphql',
    PASS_THROUGH: '/downloads/files=uploads, /a=b',
  });
  expect(config).toMatchObject({ PORT: 4000, AUTH: 'on', MAX_UPLOAD_BYTES: 2 ** 30 });
  expect(config.subgraphUrls).toEqual(new Map([['MY_NAME', 'http://there/graphql']]));
  expect(config.PASS_THROUGH).toEqual([
    { prefix: '/downloads/files', subgraph: 'uploads' },
    { prefix: '/a', subgraph: 'b' },
  ]);
});

test('RATE_LIMITED_FIELDS may be off', () => {
  expect(readGatewayConfig({ ...good, RATE_LIMITED_FIELDS: 'off' }).RATE_LIMITED_FIELDS).toEqual([]);
});

test('AUTH=off needs neither key nor Redis', () => {
  expect(readGatewayConfig({ AUTH: 'off' }).AUTH).toBe('off');
});

describe('a refusal names the variable', () => {
  test.each<[string, string | undefined, RegExp]>([
    ['INTERNAL_TOKEN_PRIVATE_KEY', undefined, /is required but not set/],
    ['INTERNAL_TOKEN_PRIVATE_KEY', 'secret', /PEM/],
    ['REDIS_URL', undefined, /is required but not set/],
    ['REDIS_URL', 'http://x', /redis:/],
    ['PORT', '70000', /65535/],
    ['AUTH', 'maybe', /on/],
    ['JWKS_URL', 'file:///x', /http:/],
    ['PASS_THROUGH', 'downloads=uploads', /"downloads=uploads" must look like/],
    ['PASS_THROUGH', '/a/../b=uploads', /must look like/],
    ['PASS_THROUGH', '/=uploads', /must look like/],
    ['MAX_UPLOAD_BYTES', '0', /1/],
    ['MAX_UPLOAD_FILES', 'x', /whole number/],
    ['MAX_BODY_BYTES', '1', /1000/],
    ['MAX_DEPTH', '-1', /whole number/],
    ['WEBSOCKET_ORIGINS', 'https://app.example.com, app.example.com/', /"app.example.com\/" must look like/],
    ['SUBGRAPH_TIMEOUT_MS', '0', /1/],
    ['SUBGRAPH_MUTATION_TIMEOUT_MS', '0', /1/],
    ['SUBGRAPH_URL_USERS', 'here', /must be a URL/],
  ])('%s = %s', (name, value, says) => {
    const read = () => readGatewayConfig({ ...good, [name]: value });
    expect(read).toThrow(expect.objectContaining({ code: 'BAD_CONFIG' }));
    expect(read).toThrow(new RegExp(`  ${name}: .*${says.source}`));
  });

  test('AUTH = off in production', () => {
    expect(() => readGatewayConfig({ AUTH: 'off', NODE_ENV: 'production' })).toThrow(/AUTH: cannot be off/);
  });
});
