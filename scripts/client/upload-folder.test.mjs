import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { uploadFolder } from './upload-folder.mjs';

const dir = fileURLToPath(new URL('../../samples', import.meta.url));

/** The requests to the gateway, in order, and the first one that it does not answer. */
const asked = [];
let silentFrom = '';
let onSilence = () => {};

const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  const what = ['login', 'uploadFile', 'fileUpload'].find((field) => body.includes(`${field}(`)) ?? 'nothing known';
  asked.push(what);
  if (what === silentFrom) return onSilence();
  const upload = { id: '1', filename: 'departments.csv', status: asked.length > 4 ? 'COMPLETED' : 'PROCESSING' };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ data: { [what]: what === 'login' ? { accessToken: 'token' } : upload } }));
});

describe('uploadFolder', () => {
  let gatewayUrl = '';
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    gatewayUrl = `http://127.0.0.1:${server.address().port}/graphql`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const start = (signal, onProgress) => {
    asked.length = 0;
    return uploadFolder({ gatewayUrl, email: 'a@example.com', password: 'p', dir, signal, onProgress });
  };

  test('uploads each file after the previous one has finished, and reports changes', async () => {
    silentFrom = '';
    const seen = [];
    await start(undefined, ({ status }) => seen.push(status));
    expect(asked).toEqual([
      'login',
      ...['uploadFile', 'fileUpload', 'fileUpload', 'fileUpload'],
      ...['uploadFile', 'fileUpload', 'uploadFile', 'fileUpload'],
    ]);
    expect(seen).toEqual(['PROCESSING', 'COMPLETED', 'COMPLETED', 'COMPLETED']);
  });

  test.each(['login', 'uploadFile', 'fileUpload'])(
    'stops at once when aborted while %s is unanswered',
    async (field) => {
      silentFrom = field;
      const stop = new AbortController();
      onSilence = () => stop.abort(new Error('Interrupted.'));
      await expect(start(stop.signal)).rejects.toThrow('Interrupted.');
      expect(asked.at(-1)).toBe(field);
    },
  );

  test('stops at once when aborted between two requests', async () => {
    silentFrom = '';
    const stop = new AbortController();
    await expect(start(stop.signal, () => stop.abort())).rejects.toMatchObject({ name: 'AbortError' });
    expect(asked).toEqual(['login', 'uploadFile', 'fileUpload']);
  });
});
