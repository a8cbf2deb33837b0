import { createWriteStream, openAsBlob } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { uniqueName } from '@tributary/testing';
import { startStack } from '../../scripts/stack.mjs';
import { openClient, uploadMutation } from '../client.ts';
import { departmentsCsv, jobsCsv } from '../sample-files.ts';
import { queryNumbers, type Stack } from '../stack.ts';
import { createOwnedFolder } from './leftovers.mjs';
import type { TimelineRecord } from './records.ts';
import type { RunSlot } from './run-slot.ts';
import { createHistory, createSimulatedUser } from './simulated-user.ts';
import { type Server, servers } from './topology.ts';

const rows = 1_000_000;
const downMs = 2_000;

/** Loads a million rows while MariaDB, RabbitMQ and Redis are killed and restarted in turn, each at a different part of the file. */
export async function runTimeline(
  slot: RunSlot,
  { commit, at, log }: { commit: string; at: string; log: (text: string) => void },
): Promise<TimelineRecord> {
  const dataDir = createOwnedFolder('timeline');
  const stack = await startStack({
    instance: uniqueName('timeline'),
    servers: slot.environment,
    dataDir,
    ports: 'free',
  });
  const ended = new AbortController();
  try {
    const user = await createSimulatedUser(stack.gatewayUrl, { signal: ended.signal, reportViolation: log });
    await user.client.load(user.token, { content: departmentsCsv, kind: 'DEPARTMENTS' });
    await user.client.load(user.token, { content: jobsCsv, kind: 'JOBS' });
    const file = await writeFile(join(dataDir, 'hires.csv'));
    const startedAt = Date.now();
    const steps: TimelineRecord['steps'] = [];
    const note = (what: string) => {
      steps.push({ atMs: Date.now() - startedAt, what });
      log(`  ${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${what}`);
    };
    const id = await sendFile(stack, user.token, file);
    note('the file is accepted');
    const history = {
      ...createHistory({
        key: id,
        client: 0,
        atMs: 0,
        kind: 'HIRED_EMPLOYEES',
        rows,
        hasHeader: false,
        isBroken: false,
        seed: 1,
      }),
      id,
    };
    const following = user.follow(history, id);
    const recoveries: TimelineRecord['recoveries'] = [];
    for (const [index, server] of servers.entries()) {
      await waitForRows(stack, id, ((index + 1) * rows) / 5);
      recoveries.push(
        await crashAndRecover(server, { stack, slot, id, note, eventsSeen: () => history.events.length }),
      );
    }
    await following;
    note(
      `the subscriber has the final status, ${history.events.at(-1)?.status}, after ${history.events.length} events`,
    );
    const table = await queryNumbers(
      stack,
      'EMPLOYMENT',
      'SELECT COUNT(*) AS n, MIN(id) AS low, MAX(id) AS high FROM employees',
    );
    note(`the table has ${table.n?.toLocaleString('en-US')} rows, ids ${table.low} to ${table.high}`);
    const cursors = history.events.map(({ cursor }) => cursor);
    if (table.n !== rows || cursors.some((cursor, position) => cursor !== position + 1)) process.exitCode = 1;
    return { commit, at, rows, steps, recoveries, seconds: (Date.now() - startedAt) / 1000 };
  } finally {
    ended.abort();
    await stack.remove();
  }
}

interface TimelineContext {
  readonly stack: Stack;
  readonly slot: RunSlot;
  readonly id: string;
  readonly note: (what: string) => void;
  readonly eventsSeen: () => number;
}

async function crashAndRecover(server: Server, { stack, slot, id, note, eventsSeen }: TimelineContext) {
  const rowsBefore = (await countCommittedRows(stack, id)) ?? 0;
  const killedAt = Date.now();
  slot.crash(server);
  note(`${server} is killed at ${rowsBefore.toLocaleString('en-US')} rows`);
  await pause(downMs);
  await slot.recover(server);
  const backAt = Date.now();
  note(`${server} accepts logins again`);
  const seen = eventsSeen();
  const isBack = async () =>
    server === 'redis' ? eventsSeen() > seen : ((await countCommittedRows(stack, id)) ?? 0) > rowsBefore;
  while (!(await isBack())) await pause(50);
  note(server === 'redis' ? 'the subscriber gets events again' : 'rows are committed again');
  return { server, downMs: backAt - killedAt, backToProgressMs: Date.now() - backAt, rowsBefore };
}

async function waitForRows(stack: Stack, id: string, wanted: number): Promise<void> {
  while (((await countCommittedRows(stack, id)) ?? 0) < wanted) await pause(50);
}

/** Null while the database is unavailable. */
async function countCommittedRows(stack: Stack, id: string): Promise<number | null> {
  const sql = `SELECT COALESCE(MAX(rows_read), 0) AS n FROM loads WHERE upload_id = '${id}'`;
  const found = await queryNumbers(stack, 'EMPLOYMENT', sql).catch(() => null);
  return found?.n ?? null;
}

async function writeFile(path: string): Promise<string> {
  await pipeline(async function* () {
    for (let first = 1; first <= rows; first += 1000) {
      const lines = Array.from({ length: 1000 }, (_, index) => {
        const id = first + index;
        return `${id},Person number ${id},2021-0${(id % 9) + 1}-15T08:00:00Z,${(id % 3) + 1},${(id % 2) + 1}`;
      });
      yield `${lines.join('\n')}\n`;
    }
  }, createWriteStream(path));
  return path;
}

async function sendFile(stack: Stack, token: string, path: string): Promise<string> {
  const form = new FormData();
  form.set('operations', JSON.stringify({ query: uploadMutation, variables: { file: null, kind: 'HIRED_EMPLOYEES' } }));
  form.set('map', JSON.stringify({ 0: ['variables.file'] }));
  form.set('0', await openAsBlob(path), 'million.csv');
  const client = openClient(stack.gatewayUrl);
  const answer = await client.send(form, { 'apollo-require-preflight': 'true', ...client.bearer(token) });
  if (answer.errors.length > 0) throw new Error(JSON.stringify(answer.errors));
  return answer.data.uploadFile.id;
}
