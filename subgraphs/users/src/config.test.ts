import { describe, expect, test } from '@jest/globals';
import { readConfig } from '@tributary/core';
import { config } from './config.ts';

const pem = '-----BEGIN KEY-----\nAAAA\n-----END KEY-----';
const required = {
  PORT: '4001',
  TRIBUTARY_INSTANCE: 'tributary_test',
  USERS_DATABASE_URL: 'mysql://root@127.0.0.1/users',
  REDIS_URL: 'redis://127.0.0.1',
  RABBITMQ_URL: 'amqp://127.0.0.1',
  ACCESS_TOKEN_PRIVATE_KEY: pem,
  INTERNAL_TOKEN_PUBLIC_KEY: pem,
};

describe('the settings', () => {
  test('need nothing beyond instance, servers and keys: nobody is seeded, and a new account may do nothing', () => {
    const env = readConfig(config, required);
    expect(env).toMatchObject({ PORT: 4001, ACCESS_TOKEN_ISSUER: 'tributary', NEW_USER_PERMISSIONS: [] });
    expect(env.ADMIN_EMAIL).toBeUndefined();
  });

  test.each(Object.keys(required))('are refused without %s, which is named', (name) => {
    expect(() => readConfig(config, { ...required, [name]: undefined })).toThrow(`${name}: is required but not set`);
  });

  test('take an administrator with address and password', () => {
    const env = readConfig(config, { ...required, ADMIN_EMAIL: ' Root@Example.com', ADMIN_PASSWORD: 'long enough' });
    expect(env).toMatchObject({ ADMIN_EMAIL: 'root@example.com', ADMIN_PASSWORD: 'long enough' });
  });

  test.each([
    ['ADMIN_PASSWORD', { ADMIN_EMAIL: 'root@example.com' }],
    ['ADMIN_EMAIL', { ADMIN_PASSWORD: 'long enough' }],
  ])('are refused when only %s of the administrator is missing', (name, given) => {
    expect(() => readConfig(config, { ...required, ...given })).toThrow(`${name}: is required but not set`);
  });

  test('report a missing ADMIN_PASSWORD together with all other problems', () => {
    const read = () => readConfig(config, { ...required, ADMIN_EMAIL: 'root@example.com', REDIS_URL: 'http://x' });
    expect(read).toThrow(/REDIS_URL: must be[\s\S]*ADMIN_PASSWORD: is required/);
  });

  test('take a list of permissions for new accounts, and refuse one that does not exist', () => {
    const given = { ...required, NEW_USER_PERMISSIONS: 'UPLOAD, QUERY' };
    expect(readConfig(config, given).NEW_USER_PERMISSIONS).toEqual(['UPLOAD', 'QUERY']);
    expect(() => readConfig(config, { ...given, NEW_USER_PERMISSIONS: 'UPLOAD,SUDO' })).toThrow('NEW_USER_PERMISSIONS');
  });
});
