import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createLog } from '@tributary/core';
import { openEmploymentDb } from '@tributary/employment-db';
import {
  loadCancelled,
  loadCompleted,
  loadDelayed,
  loadFailed,
  loadProgressed,
  loadStarted,
  uploadReceived,
} from '@tributary/events';
import { connectBroker, type Delivery } from '@tributary/messaging';
import { createTestDatabase, createTestVhost, uniqueName, waitFor } from '@tributary/testing';
import { z } from 'zod';
import type { Upload } from './load-dependencies.ts';

const startFile = fileURLToPath(new URL('../../dist/start.js', import.meta.url));
const events = [loadStarted, loadProgressed, loadDelayed, loadCompleted, loadFailed, loadCancelled];
const started = z.object({ health: z.url(), msg: z.literal('starting') });

/** A vhost, a database and a folder of files of the test's own, in which real csv-loader processes can be started. The caller closes it. */
export async function openLoaderGround() {
  const [vhost, database] = await Promise.all([createTestVhost(), createTestDatabase('employment')]);
  const folder = await mkdtemp(join(tmpdir(), `${uniqueName('files')}-`));
  const db = openEmploymentDb(database.url);
  const broker = await connectBroker({ url: vhost.url, log: createLog('test', 'silent') });
  const published: Delivery[] = [];
  const told = { name: 'told', bindings: events.map(({ type }) => type), prefetch: 50 };
  await broker.consume(told, async (delivery) => {
    published.push(delivery);
    return { ack: true };
  });
  // Declares the queue: messages are sent before the first worker is there.
  const own = { name: 'csv-loader', bindings: [uploadReceived.binding], prefetch: 1 };
  await (await broker.consume(own, async () => ({ retryInMs: 0, countsAsAttempt: false }))).stop();
  const processes = new Set<LoaderProcess>();
  let sequence = 0;

  return {
    db,
    vhost,
    broker,
    published,
    environment: {
      RABBITMQ_URL: vhost.url,
      EMPLOYMENT_DATABASE_URL: database.url,
      FILE_STORE_URL: pathToFileURL(folder).href,
    },
    fileOf: (id: string) => join(folder, id.slice(-2), id),
    /** Stores a file, or what `store` makes in its place, and publishes its message, as the uploads subgraph does. */
    async submit(
      content: string | ((file: string) => Promise<unknown>),
      { uploadId = randomUUID(), dependsOn = [] }: Partial<Pick<Upload, 'uploadId' | 'dependsOn'>> = {},
    ): Promise<Upload> {
      sequence += 1;
      const upload = {
        ...{ uploadId, fileId: uploadId, filename: 'jobs.csv', kind: 'JOBS', bytes: 1, sequence, dependsOn },
        uploader: { id: randomUUID(), email: 'ana@example.com', name: 'Ana' },
        receivedAt: '2026-11-21T00:00:00.000Z',
      };
      const file = this.fileOf(uploadId);
      await mkdir(dirname(file), { recursive: true });
      await (typeof content === 'string' ? writeFile(file, content) : content(file));
      await broker.publish(uploadReceived, upload);
      return upload;
    },
    async start(environment: Record<string, string> = {}): Promise<LoaderProcess> {
      const process = await startLoader({ ...this.environment, ...environment });
      processes.add(process);
      return process;
    },
    async loadOf({ uploadId }: Upload) {
      const [row] = await db.pool.query(
        `SELECT state, dialect, rows_read AS rowsRead, rows_loaded AS rowsLoaded, rows_rejected AS rowsRejected,
           (SELECT COALESCE(MAX(starts), 0) FROM load_deliveries WHERE upload_id = loads.upload_id) AS starts
           FROM loads WHERE upload_id = ?`,
        [uploadId],
      );
      return row;
    },
    async close() {
      await Promise.all([...processes].map((process) => process.kill('SIGKILL')));
      await broker.close();
      await db.close();
      await Promise.all([vhost.drop(), database.drop(), rm(folder, { recursive: true, force: true })]);
    },
  };
}

export interface LoaderProcess {
  readonly log: readonly string[];
  /** What `/health/ready` answers: the status and what is waited for. */
  ready(): Promise<{ status: number; waitingFor: string[] }>;
  /** Resolves with exit code and milliseconds once it has ended. */
  kill(signal: NodeJS.Signals): Promise<{ code: number | null; ms: number }>;
}

async function startLoader(environment: Record<string, string>): Promise<LoaderProcess> {
  const child = spawn(process.execPath, [startFile, 'csv-loader'], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = linesOf(child);
  const ended = once(child, 'close');
  const health = await waitFor(
    () => {
      if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}: ${log.join('\n')}`);
      return log.map((line) => started.safeParse(parsed(line)).data?.health).find(Boolean);
    },
    { what: 'the worker to start', timeoutMs: 20_000 },
  );
  return {
    log,
    async ready() {
      const response = await fetch(`${health}/health/ready`);
      const body = z.object({ waitingFor: z.array(z.string()).default([]) }).parse(await response.json());
      return { status: response.status, ...body };
    },
    async kill(signal) {
      const from = Date.now();
      child.kill(signal);
      const [code] = await ended;
      return { code, ms: Date.now() - from };
    },
  };
}

function linesOf({ stdout, stderr }: ChildProcess): string[] {
  const lines: string[] = [];
  for (const stream of [stdout, stderr]) {
    let rest = '';
    stream?.on('data', (data) => {
      const parts = `${rest}${data}`.split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts);
    });
  }
  return lines;
}

function parsed(line: string): unknown {
  return line.startsWith('{') ? JSON.parse(line) : null;
}

export type LoaderGround = Awaited<ReturnType<typeof openLoaderGround>>;
