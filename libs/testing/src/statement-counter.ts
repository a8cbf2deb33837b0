import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

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
export async function startStatementCounter(databaseUrl: string): Promise<StatementCounter> {
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

const QUERY = 0x03;
const STATEMENT_EXECUTE = 0x17;
/** MariaDB's: one statement for many rows. */
const STATEMENT_BULK_EXECUTE = 0xfa;
const statements = [QUERY, STATEMENT_EXECUTE, STATEMENT_BULK_EXECUTE];
const HEADER_BYTES = 4;

/**
 * Reads what one client sends, in pieces of any size, and returns how many statements each piece begins. Source of the
 * packet layout: the MySQL client/server protocol; a command starts a packet whose sequence number is 0.
 */
export function createStatementReader(): (chunk: Uint8Array) => number {
  let header: number[] = [];
  let bodyLeft = 0;
  let atFirstByte = false;
  return (chunk) => {
    let commands = 0;
    for (let at = 0; at < chunk.length; ) {
      if (bodyLeft > 0) {
        if (atFirstByte && header[3] === 0 && statements.includes(chunk[at] ?? 0)) commands++;
        atFirstByte = false;
        const taken = Math.min(bodyLeft, chunk.length - at);
        bodyLeft -= taken;
        at += taken;
        if (bodyLeft === 0) header = [];
        continue;
      }
      header.push(chunk[at] ?? 0);
      at++;
      if (header.length < HEADER_BYTES) continue;
      const [low = 0, middle = 0, high = 0] = header;
      bodyLeft = low + middle * 256 + high * 65536;
      atFirstByte = true;
      if (bodyLeft === 0) header = [];
    }
    return commands;
  };
}
