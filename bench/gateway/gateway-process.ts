import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { waitFor } from '@tributary/testing';
import { z } from 'zod';

const memoryUsage = z.object({ rss: z.number(), heapUsed: z.number(), external: z.number() });
export type Memory = z.output<typeof memoryUsage>;

/** Runs in the gateway's process, which it lets live no longer than this one. */
const measurementHook = `data:text/javascript,
  import { Session } from "node:inspector";
  const session = new Session();
  const asked = {
    memory() { gc(); setTimeout(() => { gc(); process.send(process.memoryUsage()); }, 500); },
    record() {
      session.connect();
      session.post("Profiler.enable");
      session.post("Profiler.start", () => process.send("recording"));
    },
    profile() { session.post("Profiler.stop", (error, { profile }) => process.send(profile)); },
  };
  process.on("disconnect", () => process.exit());
  process.on("message", (what) => asked[what]());`;

/**
 * A built gateway as a process of its own, ready. `memory` is what it takes after its garbage is collected, `record` begins a
 * processor profile, which `profile` ends and gives as the inspector writes it; `end` kills it.
 */
export async function startGatewayProcess(entry: string, environment: Record<string, string>) {
  const port = await freePort();
  const child = spawn(process.execPath, ['--expose-gc', '--import', measurementHook, entry], {
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
    memory: async (): Promise<Memory> => memoryUsage.parse(await ask('memory')),
    record: () => ask('record'),
    profile: () => ask('profile'),
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
  };

  async function ask(what: string): Promise<unknown> {
    child.send(what);
    return (await once(child, 'message'))[0];
  }
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
