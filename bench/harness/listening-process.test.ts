import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { findListeningProcess } from './listening-process.ts';

test('finds who listens on a port, and nobody once it is closed', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  expect(findListeningProcess(port)).toBe(process.pid);
  server.close();
  await once(server, 'close');
  expect(findListeningProcess(port)).toBeNull();
});
