import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as pass } from 'node:timers/promises';
import { createLog, unavailable } from '@tributary/core';
import type { FileStore } from '@tributary/file-store';
import fc from 'fast-check';
import type { PoolConnection } from 'mariadb';
import type { loadDelivery } from './load-delivery.ts';
import type { LoadingBench } from './loading-bench.fixture.ts';
import { watchedPool } from './watched-pool.fixture.ts';

/** One handing over of an upload to a loader, and what befalls that loader. A step is a statement, COMMIT included, a message or a file opened. */
export interface Delivery {
  /** Counted round the uploads there are. */
  readonly upload: number;
  /** Milliseconds before each step, over and over: what makes this loader meet the others elsewhere. */
  readonly pausesMs: readonly number[];
  readonly chunkRows: number;
  readonly pieceBytes: number;
  /** At that step the server kills the connection, the file breaks off or the message is not sent, or the loader is told to stop or that it is overdue. */
  readonly fate: { readonly step: number; readonly how: How } | null;
}

type How = 'BEFORE' | 'DURING' | 'AFTER' | 'STOP' | 'OVERDUE';
const hows: readonly How[] = ['BEFORE', 'DURING', 'AFTER', 'STOP', 'OVERDUE'];
const fate = fc.record({ step: fc.nat(28), how: fc.constantFrom(...hows) });

export const anyDelivery: fc.Arbitrary<Delivery> = fc.record({
  upload: fc.nat(5),
  pausesMs: fc.array(fc.nat(4), { minLength: 1, maxLength: 5 }),
  chunkRows: fc.integer({ min: 1, max: 3 }),
  pieceBytes: fc.integer({ min: 8, max: 64 }),
  fate: fc.option(fate, { freq: 3 }),
});

const log = createLog('csv-loader', 'silent');

/** What a loader is given so that this delivery goes as drawn; the connections killed are real ones, and so are the errors. */
export function dependenciesOf(
  { pausesMs, chunkRows, pieceBytes, fate }: Delivery,
  bench: LoadingBench,
  store: FileStore,
): Parameters<typeof loadDelivery>[1] {
  const { pool } = bench.db;
  const stopping = new AbortController();
  let steps = 0;

  async function step<T>(run: () => Promise<T>, breakDown: () => Promise<unknown>): Promise<T> {
    await pass(pausesMs[steps % pausesMs.length]);
    if (steps++ !== fate?.step) return run();
    if (fate.how === 'STOP') stopping.abort();
    if (fate.how === 'BEFORE') await breakDown();
    const running = run();
    if (fate.how === 'DURING') await Promise.allSettled([running, breakDown()]);
    const result = await running;
    if (fate.how === 'AFTER') await breakDown();
    return result;
  }
  const fail = async () => {
    throw unavailable('It is not there now.');
  };
  let piecesLeft = Number.POSITIVE_INFINITY;
  const breakOff = async () => {
    piecesLeft = (fate?.step ?? 0) % 4;
  };
  /** Opens the file when it is first read: one that nobody reads would stay open. */
  async function* pieces(id: string) {
    for await (const part of await store.read(id)) {
      for (let at = 0; at < part.length; at += pieceBytes) {
        if (piecesLeft-- <= 0) await fail();
        yield part.subarray(at, at + pieceBytes);
      }
    }
  }
  async function kill(connection: PoolConnection) {
    // One that has gone meanwhile cannot be killed.
    await pool.query(`KILL ${connection.threadId}`).catch(() => {});
    // What was answered before is lost with the connection: this asks it, and throws.
    if (fate?.how === 'AFTER') await connection.query('SELECT 1');
  }

  return {
    ...bench.dependencies,
    db: { pool: watchedPool(pool, (run, connection) => step(run, () => kill(connection))) },
    files: { read: (id) => step(async () => Readable.from(pieces(id)), breakOff) },
    publish: (event, body) => step(() => bench.dependencies.publish(event, body), fail),
    clock: { ...bench.dependencies.clock, now: laterEachTime() },
    signal: stopping.signal,
    shouldYield: () => fate?.how === 'OVERDUE' && steps > fate.step,
    messageId: randomUUID(),
    log,
    chunkRows,
  };
}

/** A second passes between two looks, so that every chunk's progress is due. */
function laterEachTime() {
  let now = 0;
  return () => {
    now += 1_000;
    return new Date(now);
  };
}
