import { setTimeout as pause } from 'node:timers/promises';
import { uniqueName } from '@tributary/testing';
import { startStack } from '../../scripts/stack.mjs';
import { queryNumbers } from '../stack.ts';
import { createOwnedFolder } from './leftovers.mjs';
import type { BurstRecord } from './records.ts';
import type { RunSlot } from './run-slot.ts';
import { type ClientHistory, createHistory, createSimulatedUser, type SimulatedUser } from './simulated-user.ts';
import type { PlannedUpload } from './workload.ts';

const users = 50;
const filesEach = 10;
const withinMs = 300_000;

/** Sends 500 small files of 50 users at once and follows each to its final status. */
export async function runBurst(
  slot: RunSlot,
  { commit, at, log }: { commit: string; at: string; log: (text: string) => void },
): Promise<BurstRecord> {
  const dataDir = createOwnedFolder('burst');
  const stack = await startStack({ instance: uniqueName('burst'), servers: slot.environment, dataDir, ports: 'free' });
  const ended = new AbortController();
  try {
    const reportViolation = (what: string) => log(`    ${what}`);
    const accounts: SimulatedUser[] = [];
    for (let index = 0; index < users; index += 1) {
      accounts.push(await createSimulatedUser(stack.gatewayUrl, { signal: ended.signal, reportViolation }));
    }
    const histories = accounts.flatMap((_account, client) => planFiles(client).map(createHistory));
    log(`Sending ${histories.length} files.`);
    const startedAt = Date.now();
    const living = Promise.all(
      histories.map((history) => accounts[history.planned.client]?.live(history.planned, history)),
    );
    const late = setTimeout(() => ended.abort(), withinMs);
    await living;
    clearTimeout(late);
    const finished = histories.filter(({ events }) => events.at(-1)?.status === 'COMPLETED').length;
    const seconds = (Date.now() - startedAt) / 1000;
    let mailed = 0;
    for (const deadline = Date.now() + 60_000; mailed < histories.length && Date.now() < deadline; await pause(200)) {
      const sql = 'SELECT COUNT(*) AS n FROM uploads WHERE notified_at IS NOT NULL';
      mailed = (await queryNumbers(stack, 'UPLOADS', sql)).n ?? 0;
    }
    const record = {
      commit,
      at,
      uploads: histories.length,
      people: users,
      finished,
      mailed,
      seconds,
      ...measureDelays(histories),
    };
    log(JSON.stringify(record, null, 2));
    if (finished < histories.length || mailed < histories.length) process.exitCode = 1;
    return record;
  } finally {
    ended.abort();
    await stack.remove();
  }
}

function planFiles(client: number): PlannedUpload[] {
  return Array.from({ length: filesEach }, (_, index) => ({
    key: `${client}-${index}`,
    client,
    atMs: 0,
    kind: (['DEPARTMENTS', 'JOBS', 'HIRED_EMPLOYEES'] as const)[index % 3] ?? 'JOBS',
    rows: 10,
    hasHeader: true,
    isBroken: false,
    seed: client * filesEach + index + 1,
  }));
}

/** Delays from an event to its subscriber, and the longest time in one status. */
function measureDelays(histories: readonly ClientHistory[]) {
  const delays = histories.flatMap(({ events, arrivals }) =>
    events.map((event, index) => (arrivals[index] ?? 0) - Date.parse(event.at)),
  );
  delays.sort((a, b) => a - b);
  const percentile = (share: number) => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? 0;
  let slowestChange = { from: '', to: '', ms: 0 };
  for (const { events } of histories) {
    events.forEach((event, index) => {
      const next = events[index + 1];
      const ms = next ? Date.parse(next.at) - Date.parse(event.at) : 0;
      if (next && ms > slowestChange.ms) slowestChange = { from: event.status, to: next.status, ms };
    });
  }
  return { deliveryMs: { p50: percentile(0.5), p95: percentile(0.95), slowest: percentile(1) }, slowestChange };
}
