import { setTimeout as pause } from 'node:timers/promises';
import { uniqueName } from '@tributary/testing';
import { startStack } from '../../scripts/stack.mjs';
import { queryNumbers } from '../query-database.ts';
import { newStory, openPerson, type Person, type Story } from './client.ts';
import type { Lane } from './lane.ts';
import { createOwnedFolder } from './left-overs.mjs';
import type { BurstRecord } from './records.ts';
import type { PlannedUpload } from './workload.ts';

const people = 50;
const filesEach = 10;
const withinMs = 300_000;

/** 500 small files by 50 people, all sent at the same moment, each followed to its end. */
export async function runBurst(
  lane: Lane,
  { commit, at, tell }: { commit: string; at: string; tell: (text: string) => void },
): Promise<BurstRecord> {
  const dataDir = createOwnedFolder('burst');
  const stack = await startStack({ instance: uniqueName('burst'), servers: lane.environment, dataDir, ports: 'free' });
  const ended = new AbortController();
  try {
    const complain = (what: string) => tell(`    ${what}`);
    const accounts: Person[] = [];
    for (let index = 0; index < people; index += 1) {
      accounts.push(await openPerson(stack.gatewayUrl, { signal: ended.signal, complain }));
    }
    const stories = accounts.flatMap((_account, client) => planFiles(client).map(newStory));
    tell(`Sending ${stories.length} files.`);
    const begun = Date.now();
    const living = Promise.all(stories.map((story) => accounts[story.planned.client]?.live(story.planned, story)));
    const late = setTimeout(() => ended.abort(), withinMs);
    await living;
    clearTimeout(late);
    const finished = stories.filter(({ events }) => events.at(-1)?.status === 'COMPLETED').length;
    const seconds = (Date.now() - begun) / 1000;
    let mailed = 0;
    for (const deadline = Date.now() + 60_000; mailed < stories.length && Date.now() < deadline; await pause(200)) {
      const sql = 'SELECT COUNT(*) AS n FROM uploads WHERE notified_at IS NOT NULL';
      mailed = (await queryNumbers(stack, 'UPLOADS', sql)).n ?? 0;
    }
    const record = { commit, at, uploads: stories.length, people, finished, mailed, seconds, ...timesOf(stories) };
    tell(JSON.stringify(record, null, 2));
    if (finished < stories.length || mailed < stories.length) process.exitCode = 1;
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

/** How long news took to its subscriber, and the longest that an upload stood still. */
function timesOf(stories: readonly Story[]) {
  const delays = stories.flatMap(({ events, arrivals }) =>
    events.map((event, index) => (arrivals[index] ?? 0) - Date.parse(event.at)),
  );
  delays.sort((a, b) => a - b);
  const percentile = (share: number) => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? 0;
  let slowestChange = { from: '', to: '', ms: 0 };
  for (const { events } of stories) {
    events.forEach((event, index) => {
      const next = events[index + 1];
      const ms = next ? Date.parse(next.at) - Date.parse(event.at) : 0;
      if (next && ms > slowestChange.ms) slowestChange = { from: event.status, to: next.status, ms };
    });
  }
  return { deliveryMs: { p50: percentile(0.5), p95: percentile(0.95), slowest: percentile(1) }, slowestChange };
}
