import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy between two parts of the system, through which the suite injects faults. */
export interface Link {
  readonly port: number;
  /** Ends every connection at once; data in transit is lost. Returns their number. */
  cut(): number;
  /** While closed, new connections are ended at once; existing ones stay. */
  setOpen(open: boolean): void;
  /** Delays all data by this time, in each direction. */
  setDelay(ms: number): void;
  /** While stalled, no data arrives and no connection ends, as on a network without a route. */
  setStalled(stalled: boolean): void;
  close(): Promise<void>;
}

/** Maximum number of chunks in transit per direction before the sender is paused. */
const chunksInFlight = 64;

/** Listens on a free loopback port. Connections go to the targets' ports in turn; a target that refuses is skipped. */
export async function openLink(targets: readonly number[]): Promise<Link> {
  const pairs = new Set<() => void>();
  const pumps = new Set<() => void>();
  let turn = 0;
  let isOpen = true;
  let isStalled = false;
  let delayMs = 0;

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (!isOpen) {
      client.resetAndDestroy();
      return;
    }
    client.on('error', () => undefined);
    void dial(turn++).then((upstream) => {
      if (upstream === null || client.destroyed || !isOpen) {
        upstream?.destroy();
        client.resetAndDestroy();
        return;
      }
      join(client, upstream);
    });
  });

  async function dial(first: number): Promise<Socket | null> {
    for (let offset = 0; offset < targets.length; offset += 1) {
      const port = targets[(first + offset) % targets.length] ?? 0;
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      try {
        await once(socket, 'connect');
        return socket;
      } catch {
        socket.destroy();
      }
    }
    return null;
  }

  function join(client: Socket, upstream: Socket) {
    const end = () => {
      pairs.delete(end);
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    };
    pairs.add(end);
    for (const [from, to] of [[client, upstream] as const, [upstream, client] as const]) {
      from.on('error', end);
      from.on('close', () => {
        if (!to.readableEnded || !from.readableEnded) end();
        pairs.delete(end);
      });
      forward(from, to);
    }
  }

  function forward(from: Socket, to: Socket) {
    const queue: { due: number; chunk: Buffer | null }[] = [];
    let timer: NodeJS.Timeout | undefined;
    const add = (chunk: Buffer | null) => {
      queue.push({ due: Date.now() + delayMs, chunk });
      if (queue.length >= chunksInFlight) from.pause();
      pump();
    };
    const pump = () => {
      clearTimeout(timer);
      while (!isStalled && queue[0] !== undefined && !to.writableNeedDrain) {
        const waitMs = queue[0].due - Date.now();
        if (waitMs > 0) {
          timer = setTimeout(pump, waitMs);
          return;
        }
        const chunk = queue.shift()?.chunk ?? null;
        if (chunk === null) to.end();
        else to.write(chunk);
      }
      if (queue.length < chunksInFlight) from.resume();
    };
    pumps.add(pump);
    from.on('data', add);
    from.on('end', () => add(null));
    to.on('drain', pump);
    to.on('close', () => {
      clearTimeout(timer);
      pumps.delete(pump);
    });
  }

  const pumpAll = () => pumps.forEach((pump) => void pump());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut() {
      const count = pairs.size;
      for (const end of [...pairs]) end();
      return count;
    },
    setOpen(open) {
      isOpen = open;
    },
    setDelay(ms) {
      delayMs = ms;
    },
    setStalled(stalled) {
      isStalled = stalled;
      pumpAll();
    },
    async close() {
      server.close();
      for (const end of [...pairs]) end();
      await once(server, 'close');
    },
  };
}
