import { connect, createServer, type Server, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** Resets every open connection and returns their number; new ones still pass. */
  resetConnections(): number;
  /** As when the server's process ends: resets every connection and refuses new ones. */
  stop(): Promise<void>;
  /** Takes connections again, on the same port. */
  resume(): Promise<void>;
  /** As when the network swallows everything: connections stay open, and are taken, but no byte passes any more; `cut` ends those. */
  freeze(): void;
  /** The URL with this proxy's address in place of the server's. */
  proxyUrl(serverUrl: string): string;
  close(): Promise<void>;
}

/** Stands between a client and a server, on a free port of the loopback, and is lost when the test says so. The caller closes it. */
export async function startTcpProxy(serverUrl: string, defaultPort: number): Promise<TcpProxy> {
  const { hostname, port: serverPort } = new URL(serverUrl);
  const pairs = new Set<[Socket, Socket]>();
  let frozen = false;
  let server: Server = createServer();

  function pass(client: Socket): void {
    const upstream = connect(Number(serverPort || defaultPort), hostname.replace(/^\[|\]$/g, ''));
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
    if (frozen) return;
    client.pipe(upstream).pipe(client);
  }

  async function listen(port: number): Promise<number> {
    server = createServer(pass);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    const address = server.address();
    return typeof address === 'object' && address ? address.port : port;
  }

  function resetConnections(): number {
    const count = pairs.size;
    for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy();
    pairs.clear();
    return count;
  }

  async function stop(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    resetConnections();
    await closed;
  }

  const port = await listen(0);
  return {
    port,
    resetConnections,
    stop,
    async resume() {
      frozen = false;
      if (!server.listening) await listen(port);
    },
    freeze() {
      frozen = true;
      for (const [client, upstream] of pairs) {
        client.unpipe();
        upstream.unpipe();
      }
    },
    proxyUrl(url) {
      const through = new URL(url);
      through.hostname = '127.0.0.1';
      through.port = String(port);
      return through.href;
    },
    close: stop,
  };
}
