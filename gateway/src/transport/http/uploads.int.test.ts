import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import { type Started, startFixture } from '../../../fixtures/start-fixture.ts';
import { putParts } from '../../../fixtures/test-client.ts';

const maxBytes = 4_000_000;
const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');

let fixture: Started;
beforeAll(async () => {
  fixture = await startFixture({ MAX_UPLOAD_BYTES: String(maxBytes), SUBGRAPH_MUTATION_TIMEOUT_MS: '5000' });
});
afterEach(() => {
  fixture.subgraph.mood = 'well';
});
afterAll(() => fixture.stop());

const refused = (code: string, message: RegExp) => ({
  errors: [{ message: expect.stringMatching(message), extensions: { code } }],
});

/** Sends the beginning of an upload, up to some bytes of its file, and leaves the request open. */
function begin(fileBytes: number) {
  const part = (name: string, text: string, more = '') =>
    `--b\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${text}`;
  const fields = putParts().map(([name, text]) => `${part(name, text)}\r\n`);
  const outgoing = httpRequest(`${fixture.url}/graphql`, {
    method: 'POST',
    headers: { 'apollo-require-preflight': 'yes', 'content-type': 'multipart/form-data; boundary=b' },
  });
  outgoing.on('error', () => undefined);
  outgoing.write(`${fields.join('')}${part('0', 'x'.repeat(fileBytes), '; filename="a.csv"')}`);
  return outgoing;
}

test('a file of exactly the limit arrives unchanged', async () => {
  const content = 'x'.repeat(maxBytes);
  expect(await fixture.put(content)).toEqual({ status: 200, data: { put: sha256(content) } });
});

test('an empty file arrives as one', async () => {
  expect(await fixture.put('')).toEqual({ status: 200, data: { put: sha256('') } });
});

test('a file over the limit is FILE_TOO_LARGE, named with the limit, and the subgraph sees a broken-off body', async () => {
  const { brokenOff } = fixture.subgraph;
  expect(await fixture.put('x'.repeat(maxBytes + 1))).toMatchObject(
    refused('FILE_TOO_LARGE', new RegExp(`"0.csv".* ${maxBytes} bytes`)),
  );
  await waitFor(() => fixture.subgraph.brokenOff === brokenOff + 1);
});

test('a request announced as far over the limit is refused before it is read', async () => {
  const { queries } = fixture.subgraph;
  const { status, ...answer } = await fixture.put('x'.repeat(2 * maxBytes));
  expect(status).toBe(413);
  expect(answer).toMatchObject(refused('FILE_TOO_LARGE', new RegExp(String(maxBytes))));
  expect(fixture.subgraph.queries).toBe(queries);
});

test('a client gone half-way leaves the subgraph with a broken-off body, never a short file', async () => {
  const { queries, brokenOff } = fixture.subgraph;
  const outgoing = begin(100_000);
  await waitFor(() => fixture.subgraph.queries === queries + 1);
  outgoing.destroy();
  await waitFor(() => fixture.subgraph.brokenOff === brokenOff + 1);
});

test('a refusal by the subgraph is answered while the file is still under way, and the rest is drained', async () => {
  fixture.subgraph.mood = 'refusing';
  const outgoing = begin(100_000);
  const [response] = await once(outgoing, 'response');
  expect(JSON.parse((await response.toArray()).join(''))).toMatchObject(refused('UNAUTHENTICATED', /Not for you/));
  // Were it not drained, the buffers in between would fill up and this would never be flushed.
  const flushed = once(outgoing, 'finish');
  outgoing.write('x'.repeat(30_000_000));
  outgoing.end('\r\n--b--\r\n');
  await flushed;
});

test('a refused large upload still gets its answer', async () => {
  fixture.subgraph.mood = 'refusing';
  expect(await fixture.put('x'.repeat(maxBytes))).toMatchObject(refused('UNAUTHENTICATED', /Not for you/));
});

test('a subgraph that hangs up is UNAVAILABLE', async () => {
  fixture.subgraph.mood = 'broken';
  expect(await fixture.put('x'.repeat(maxBytes))).toMatchObject(refused('UNAVAILABLE', /"boxes"/));
});

describe('a malformed request is BAD_USER_INPUT that says what is wrong', () => {
  const [operations, map] = putParts();
  const two = { 0: ['variables.file'], 1: ['variables.file'] };
  const file: [string, string] = ['0', 'x'];
  if (!operations || !map) throw new Error('There are always two');

  test.each<[string, [string, string][], RegExp]>([
    ['no file for the map', [operations, map], /A file of the request did not come/],
    ['no map', [operations, file], /files should follow 'map'/],
    ['no operations', [map, file], /'map' should follow 'operations'/],
    ['nothing but a field', [['hello', 'x']], /couldn't find any files or JSON|Missing multipart field/],
    ['operations that are no JSON', [['operations', '{'], map, file], /Invalid JSON in the 'operations'/],
    ['a map that is no JSON', [operations, ['map', '{'], file], /map must be a JSON object/],
    ['a map of something else', [operations, ['map', '{"0":"variables.file"}'], file], /map must be a JSON object/],
    ['a map without entries', [operations, ['map', '{}'], file], /must name a variable for a file/],
    ['a map to nowhere', [operations, ['map', '{"0":["variables.a.b"]}'], file], /"variables.a.b" for the file "0"/],
    [
      'a map to __proto__',
      [operations, ['map', '{"0":["variables.__proto__"]}'], file],
      /must be a variable that is null/,
    ],
    [
      'one file for two variables',
      [operations, ['map', '{"0":["variables.file","variables.b"]}'], file],
      /more than one variable for the file "0"/,
    ],
    ['two files for one variable', [...putParts(two), file, ['1', 'y']], /two files for variables.file: "0" and "1"/],
    [
      'two files',
      [
        ['operations', '{"query":"{ who }","variables":{"file":null,"b":null}}'],
        ['map', '{"0":["variables.file"],"1":["variables.b"]}'],
        file,
      ],
      /names 2 files; at most 1/,
    ],
    ['a file not in the map', [operations, map, file, ['1', 'y']], /The file "1" belongs to no variable/],
    ['the same file part twice', [operations, map, file, file], /The file "0" belongs to no variable/],
    [
      'a batch',
      [['operations', `[${operations[1]}]`], ['map', '{"0":["0.variables.file"]}'], file],
      /Several operations/,
    ],
  ])('%s', async (_name, parts, says) => {
    expect(await fixture.sendParts(parts)).toMatchObject(refused('BAD_USER_INPUT', says));
  });

  test('a part with a malformed header', async () => {
    const headers = { 'apollo-require-preflight': 'yes', 'content-type': 'multipart/form-data; boundary=b' };
    const fields = putParts().map(
      ([name, text]) => `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`,
    );
    const body = `${fields.join('')}--b\r\nno header at all\r\n\r\nx\r\n--b--\r\n`;
    const response = await fetch(`${fixture.url}/graphql`, { method: 'POST', headers, body });
    expect(await response.json()).toMatchObject(refused('BAD_USER_INPUT', /header|did not come/i));
    expect((await fixture.put('x')).status).toBe(200);
  });

  test('no header that needs a preflight', async () => {
    expect(await fixture.sendParts([...putParts(), file], { 'apollo-require-preflight': '' })).toMatchObject(
      refused('BAD_USER_INPUT', /apollo-require-preflight/),
    );
  });
});

describe('several files', () => {
  const query = 'mutation ($one: Upload!, $two: Upload!) { putBoth(one: $one, two: $two) }';
  const parts: [string, string][] = [
    ['operations', JSON.stringify({ query, variables: { one: null, two: null } })],
    ['map', JSON.stringify({ 0: ['variables.one'], 1: ['variables.two'] })],
    ['0', 'a'.repeat(300_000)],
    ['1', 'b'.repeat(300_000)],
  ];

  test('arrive in turn where they are allowed', async () => {
    const generous = await startFixture({ MAX_UPLOAD_FILES: '2' });
    expect(await generous.sendParts(parts)).toMatchObject({
      data: { putBoth: [sha256('a'.repeat(300_000)), sha256('b'.repeat(300_000))] },
    });
    await generous.stop();
  });
});
