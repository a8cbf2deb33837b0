import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { isAllowedOrigin } from './upgrade.ts';

function from(origin?: string) {
  const request = new IncomingMessage(new Socket());
  request.headers = { host: 'graph.example.com:4000', ...(origin === undefined ? {} : { origin }) };
  return isAllowedOrigin(request, ['https://app.example.com']);
}

test.each([
  [undefined, true],
  ['http://graph.example.com:4000', true],
  ['https://app.example.com', true],
  ['https://app.example.com.evil.example', false],
  ['http://graph.example.com', false],
  ['https://evil.example', false],
  ['null', false],
])('a page of origin %p: %p', (origin, expected) => {
  expect(from(origin)).toBe(expected);
});
