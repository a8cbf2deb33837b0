import { once } from 'node:events';
import type { Server } from 'node:http';

/** Listens and gives the origin, such as `http://127.0.0.1:4000`; port 0 is filled in with the one chosen. */
export async function listen(server: Server, { HOST, PORT }: { HOST: string; PORT: number }): Promise<string> {
  server.listen({ host: HOST, port: PORT });
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : PORT;
  return `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${port}`;
}
