import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { readAnswer } from './response.ts';

function answer(body: string, status = 200) {
  const response = new IncomingMessage(new Socket());
  response.statusCode = status;
  response.push(body);
  response.push(null);
  return readAnswer('boxes', response);
}

const data = { int: 1 };

test.each([
  ['null in place of errors', 'null', undefined],
  ['no errors', '[]', undefined],
  ['a path that is null', '[{"message":"m","path":null}]', [{ message: 'm' }]],
  ['extensions that are null', '[{"message":"m","extensions":null}]', [{ message: 'm' }]],
  ['a path of something else', '[{"message":"m","path":[{}]}]', [{ message: 'm' }]],
  ['no message', '[{"path":["int"]}]', [{ message: expect.any(String), path: ['int'] }]],
  ['an error that is no object', '["m"]', [{ message: expect.any(String) }]],
])('%s beside data leaves the data as it is', async (_name, errors, read) => {
  const expected = read ? { data, errors: read } : { data };
  expect(await answer(`{"data":{"int":1},"errors":${errors}}`)).toStrictEqual(expected);
});

test('a field under the alias __proto__ is kept', async () => {
  const { data: read } = await answer('{"data":{"__proto__":1}}');
  expect(Object.entries(read ?? {})).toEqual([['__proto__', 1]]);
});

test.each([
  [401, '{}', 'UNAUTHENTICATED'],
  [403, 'no', 'FORBIDDEN'],
  [500, '{}', 'UNAVAILABLE'],
  [200, '{"errors":[]}', 'UNAVAILABLE'],
  [200, '{"data":[]}', 'UNAVAILABLE'],
])('status %d with the body %s is %s', async (status, text, code) => {
  await expect(answer(text, status)).rejects.toMatchObject({ code });
});
