import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { waitFor } from '@tributary/testing';
import { z } from 'zod';

const memoryUsage = z.object({ rss: z.number(), heapUsed: z.number(), external: z.number() });
export type Memory = z.output<typeof memoryUsage>;

/** Runs in the gateway's process, which it lets live no longer than this one. */
const measureWhenAsked = `data:text/javascript,
  process.on("disconnect", () => process.exit());
  process.on("message", () => { gc(); setTimeout(() => { gc(); process.send(process.memoryUsage()); }, 500); });
  process.channel.unref();`;

/**
 * A built gateway as a process of its own, ready. `memory` is what it takes after its garbage is collected; `end` kills it, and
 * `stop` lets it finish, as it must to write what `nodeArguments` made it record.
 */
export async function startGatewayProcess(
  entry: string,
  environment: Record<string, string>,
  nodeArguments: readonly string[] = [],
) {
  const port = await freePort();
  const child = spawn(process.execPath, ['--expose-gc', ...nodeArguments, '--import', measureWhenAsked, entry], {
    env: { PATH: process.env.PATH, LOG_LEVEL: 'error', ...environment, PORT: String(port) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const isReady = () =>
    fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => child.exitCode !== null,
    );
  await waitFor(isReady, { timeoutMs: 60_000, what: 'the gateway' });
  if (child.exitCode !== null) throw new Error(`The gateway ended with ${child.exitCode}.`);
  return {
    url,
    pid: child.pid ?? 0,
    async memory(): Promise<Memory> {
      child.send('measure');
      const [answer] = await once(child, 'message');
      return memoryUsage.parse(answer);
    },
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}
