import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Fixture, openFixture } from '../../fixtures/open-fixture.ts';
import { putParts } from '../../fixtures/test-client.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const loader = fileURLToPath(new URL('../../../libs/core/fixtures/register-swc.mjs', import.meta.url));

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
});
afterAll(() => fixture.close());

/** The gateway in a process of its own; resolves once it listens. */
async function spawnGateway() {
  const child = spawn(process.execPath, ['--import', loader, main], {
    env: { PATH: process.env.PATH, ...fixture.environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { url } = JSON.parse(line);
    if (url) {
      child.stdout.resume();
      return { child, url: String(url) };
    }
  }
  throw new Error('The gateway did not start');
}

test('300 MB pass through in less than 256 MB of memory, and SIGTERM ends the process with 0', async () => {
  const { child, url } = await spawnGateway();
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
