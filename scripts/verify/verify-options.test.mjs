import { expect, test } from '@jest/globals';
import { verifyOptions } from './verify-options.mjs';

const env = { ADMIN_PASSWORD: 'secret', TRIBUTARY_INSTANCE: 'tributary_no_such_instance' };

test('takes the administrator from the environment by default', () => {
  expect(verifyOptions([], env)).toMatchObject({ email: 'admin@example.com', password: 'secret' });
  expect(verifyOptions(['--email', 'b@example.com', '--password', 'other'], env)).toMatchObject({
    email: 'b@example.com',
    password: 'other',
  });
});

test.each([
  [['--dir', 'docs'], 'No departments.csv, jobs.csv or hired_employees.csv in "docs"'],
  [['--url', 'localhost'], '--url must be'],
  [['--file', 'x'], '--file'],
])('refuses %j, naming what is wrong', (args, message) => {
  expect(() => verifyOptions(args, env)).toThrow(message);
});

test('requires --password if none is stored', () => {
  expect(() => verifyOptions([], { ...env, ADMIN_PASSWORD: '' })).toThrow('--password is required');
});
