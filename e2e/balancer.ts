import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface Balancer {
  url: string;
  /** Adds a process to the rotation. */
  add(url: string): void;
  /** The number of processes that were ready at the last probe. */
  readyCount(): number;
  close(): Promise<void>;
}

const probeEveryMs = 50;

/** A TCP load balancer: new connections go to the ready processes in turn, existing ones stay. */
export async function balanceConnections(): Promise<Balancer> {
  const targets = new Map<string, boolean>();
  const sockets = new Set<Socket>();
  let turn = 0;
  let isOpen = true;

  /** The ready processes, starting with the next in turn. */
  function candidates(): string[] {
    const ready = [...targets].filter(([, isReady]) => isReady).map(([url]) => url);
    turn += 1;
    return ready.map((_url, index) => ready[(turn + index) % ready.length] ?? '');
  }

  function pass(client: Socket, [target, ...others] = candidates()): void {
    if (target === undefined) return void client.destroy();
    const { hostname, port } = new URL(target);
    const upstream = connect(Number(port), hostname);
    sockets.add(upstream).add(client);
    upstream.setNoDelay(true);
    const tryNext = () => pass(client, others);
    upstream.once('error', tryNext);
    upstream.once('connect', () => {
      upstream.off('error', tryNext);
      for (const [one, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        one.on('error', () => other.destroy());
        one.on('close', () => sockets.delete(one));
        one.pipe(other);
      }
    });
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    client.on('error', () => undefined);
    pass(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The balancer has no port.');

  async function probe(): Promise<void> {
    while (isOpen) {
      await Promise.all([...targets.keys()].map(async (url) => targets.set(url, await isReady(url))));
      await pause(probeEveryMs);
    }
  }
  void probe();

  return {
    url: `http://127.0.0.1:${address.port}`,
    add: (url) => void targets.set(url, false),
    readyCount: () => [...targets.values()].filter(Boolean).length,
    async close() {
      isOpen = false;
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const isReady = (url: string) =>
  fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(1_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
