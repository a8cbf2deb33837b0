import { createServer, type Socket } from 'node:net';
import { type Document, Long } from 'bson';
import { type Collection, createCollection } from './mongo-documents.ts';
import { answerMessage, splitMessages } from './mongo-wire.ts';

export interface MongoFixture {
  /** A mongodb:// URL with a database name. */
  url: string;
  close(): Promise<void>;
}

const batchBytes = 4 * 1024 * 1024;

/**
 * A stand-in for a MongoDB server that the real driver talks to over a real socket: the commands that GridFS uses, on
 * collections in memory. It proves how a client uses the driver, nothing about the server. The caller closes it.
 */
export async function startMongoFixture(): Promise<MongoFixture> {
  const collections = new Map<string, Collection>();
  const cursors = new Map<string, Document[]>();
  const sockets = new Set<Socket>();

  function collection(name: unknown): Collection {
    const known = collections.get(String(name)) ?? createCollection();
    collections.set(String(name), known);
    return known;
  }

  /** One answer stays well under the 48 MB a message may have. */
  function batch(documents: Document[], namespace: string, key: 'firstBatch' | 'nextBatch'): Document {
    let count = 0;
    for (let bytes = 0; count < documents.length && bytes < batchBytes; count += 1) {
      bytes += documents[count]?.data?.length() ?? 100;
    }
    const id = count < documents.length ? Long.fromNumber(cursors.size + 1) : Long.ZERO;
    if (count < documents.length) cursors.set(id.toString(), documents.slice(count));
    return { ok: 1, cursor: { id, ns: namespace, [key]: documents.slice(0, count) } };
  }

  const commands: Record<string, (command: Document) => Document> = {
    hello: () => hello,
    ismaster: () => hello,
    isMaster: () => hello,
    ping: () => ({ ok: 1 }),
    endSessions: () => ({ ok: 1 }),
    killCursors: () => ({ ok: 1 }),
    createIndexes(command) {
      for (const { key, unique } of command.indexes) {
        collection(command.createIndexes).index(Object.keys(key), unique === true);
      }
      return { ok: 1 };
    },
    listIndexes: (command) => batch([{ v: 2, key: { _id: 1 }, name: '_id_' }], command.listIndexes, 'firstBatch'),
    insert(command) {
      const refusals = command.documents.map((document: Document) => collection(command.insert).insert(document));
      const writeErrors = refusals.flatMap((field: string | null, index: number) =>
        field === null ? [] : [{ index, code: 11000, errmsg: `E11000 duplicate key error index: ${field}` }],
      );
      return { ok: 1, n: refusals.length - writeErrors.length, ...(writeErrors.length > 0 && { writeErrors }) };
    },
    find(command) {
      const found = collection(command.find).find(command.filter ?? {}, command);
      return batch(found, `${command.$db}.${command.find}`, 'firstBatch');
    },
    getMore(command) {
      const rest = cursors.get(command.getMore.toString()) ?? [];
      return batch(rest, `${command.$db}.${command.collection}`, 'nextBatch');
    },
    delete(command) {
      const counts = command.deletes.map(({ q, limit }: Document) => collection(command.delete).delete(q, limit));
      return { ok: 1, n: counts.reduce((sum: number, count: number) => sum + count, 0) };
    },
  };

  function run(command: Document): Document {
    const [name = ''] = Object.keys(command);
    return commands[name]?.(command) ?? { ok: 0, code: 59, errmsg: `The MongoDB fixture does not know ${name}` };
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    const split = splitMessages();
    socket.on('data', (data) => {
      for (const message of split(data)) socket.write(answerMessage(message, run));
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The MongoDB fixture has no port');
  return {
    url: `mongodb://127.0.0.1:${address.port}/files`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const hello = {
  ...{ ismaster: true, isWritablePrimary: true, helloOk: true, readOnly: false, ok: 1 },
  ...{ minWireVersion: 0, maxWireVersion: 21, maxBsonObjectSize: 16 * 1024 * 1024 },
  ...{ maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000 },
};
