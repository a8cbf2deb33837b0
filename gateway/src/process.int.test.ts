import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Fixture, openFixture } from '../fixtures/open-fixture.ts';
import { spawnGateway } from '../fixtures/spawn-gateway.ts';
import { knows, withField } from '../fixtures/start-reloadable.ts';
import { createTestClient, putParts } from '../fixtures/test-client.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
});
afterAll(() => fixture.close());

test('300 MB pass through in less than 256 MB of memory, and SIGTERM ends the process with 0', async () => {
  const { child, url } = await spawnGateway(fixture.environment);
  const outgoing = request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'apollo-require-preflight': 'yes', 'content-type': 'multipart/form-data; boundary=b' },
  });
  const answered = once(outgoing, 'response');
  const chunk = Buffer.alloc(1_000_000, 'x');
  const disposition = (name: string) => `--b\r\ncontent-disposition: form-data; name="${name}"`;
  function* body() {
    for (const [name, text] of putParts()) yield `${disposition(name)}\r\n\r\n${text}\r\n`;
    yield `${disposition('0')}; filename="a.csv"\r\n\r\n`;
    for (let sent = 0; sent < 300; sent++) yield chunk;
    yield '\r\n--b--\r\n';
  }
  await pipeline(Readable.from(body()), outgoing);
  const [response] = await answered;
  expect(JSON.parse((await response.toArray()).join(''))).toMatchObject({ data: { put: expect.any(String) } });

  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  expect(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1])).toBeLessThan(256 * 1024);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('SIGHUP has a new supergraph served by the same process', async () => {
  const { child, url, untilLogged } = await spawnGateway({ ...fixture.environment, SUPERGRAPH_POLL_MS: '0' });
  const { ask } = createTestClient(url);
  const path = fixture.environment.SUPERGRAPH_PATH ?? '';
  await writeFile(path, withField(await readFile(path, 'utf8'), 'added'));
  expect(await knows({ ask }, 'added')).toBe(false);
  child.kill('SIGHUP');
  await untilLogged('supergraph replaced');
  expect(await knows({ ask }, 'added')).toBe(true);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
