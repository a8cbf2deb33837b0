import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { pem, port, readConfig, secret, urlOf, wholeNumber } from './config.ts';

const schema = z.object({
  PORT: port.default(4000),
  REDIS_URL: urlOf('redis', 'rediss'),
  DOWNLOAD_URL_SECRET: secret,
  LIMIT: wholeNumber(1, 10).optional(),
});

const good = { REDIS_URL: 'redis://127.0.0.1', DOWNLOAD_URL_SECRET: 'x'.repeat(32) };

describe('readConfig', () => {
  test('gives typed values and defaults', () => {
    expect(readConfig(schema, { ...good, LIMIT: '7' })).toEqual({ ...good, PORT: 4000, LIMIT: 7 });
  });

  test('names every wrong variable at once and never its value', () => {
    const read = () => readConfig(schema, { REDIS_URL: 'http://hidden', PORT: '70000', LIMIT: 'many' });
    expect(read).toThrow(expect.objectContaining({ code: 'BAD_CONFIG' }));
    expect(read).toThrow(/REDIS_URL: must be a URL that starts with redis: or rediss:/);
    expect(read).toThrow(/PORT: .*65535/);
    expect(read).toThrow(/LIMIT: must be a whole number/);
    expect(read).toThrow(/DOWNLOAD_URL_SECRET: is required but not set/);
    expect(read).not.toThrow(/hidden/);
  });

  test('takes an empty variable as not set', () => {
    expect(() => readConfig(schema, { ...good, REDIS_URL: '' })).toThrow(/REDIS_URL: is required but not set/);
  });
});

test('a PEM may carry its line breaks as \\n', () => {
  expect(pem.parse('-----BEGIN KEY-----\\nAAAA\\n-----END KEY-----')).toBe(
    '-----BEGIN KEY-----\nAAAA\n-----END KEY-----',
  );
  expect(pem.safeParse('AAAA').success).toBe(false);
});
