import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { createStatementReader } from './statement-reader.ts';

export interface StatementCounter {
  /** The given database URL, by way of the counter. */
  url: string;
  /** Statements sent since the last call. */
  take(): number;
  close(): Promise<void>;
}

/**
 * A proxy before a MariaDB or MySQL server that counts the statements clients send through it, text and prepared.
 * Without TLS or compression.
 */
export async function countStatements(databaseUrl: string): Promise<StatementCounter> {
  const target = new URL(databaseUrl);
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 3306), target.hostname.replace(/^\[|\]$/g, ''));
    const statementsIn = createStatementReader();
    client.on('data', (chunk) => {
      count += statementsIn(chunk);
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${portOf(server.address())}`;
  return {
    url: url.href,
    take() {
      const taken = count;
      count = 0;
      return taken;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('The counter does not listen on TCP');
  return address.port;
}
