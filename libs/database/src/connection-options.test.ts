import { expect, test } from '@jest/globals';
import { connectionOptions } from './connection-options.ts';

test.each([
  ['mysql://u:p%40ss@[::1]:3307/orders', { host: '::1', port: 3307, user: 'u', password: 'p@ss', database: 'orders' }],
  ['mysql://u@[2001:db8::7]/orders', { host: '2001:db8::7', port: 3306, user: 'u', database: 'orders' }],
  ['mariadb://u@db.example/orders', { host: 'db.example', port: 3306, user: 'u', database: 'orders' }],
  ['mysql://u@localhost/orders?socketPath=%2Frun%2Fmy.sock', { socketPath: '/run/my.sock', user: 'u' }],
])('%s is read', (url, expected) => {
  expect(connectionOptions(url)).toMatchObject(expected);
});
