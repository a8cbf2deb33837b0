import type { Server } from 'node:http';

/** Listens and resolves with the origin, such as `http://127.0.0.1:4001`; port 0 is filled in with the one chosen. */
export async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  const chosen = typeof address === 'object' && address !== null ? address.port : port;
  const name = host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${chosen}`;
}
