import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openPool } from '@tributary/database';
import { uniqueName } from '@tributary/testing';
import type { Pool } from 'mariadb';
import { startStack } from '../../scripts/stack.mjs';
import type { Stack } from '../open-stack.ts';
import { checkQueues } from './check-left-overs.ts';
import { checkAll } from './checks.ts';
import { newStory, openPerson, type Story } from './client.ts';
import { followLargeFile } from './follow-large-file.ts';
import { injectAll } from './inject.ts';
import type { Lane } from './lane.ts';
import { createOwnedFolder } from './left-overs.mjs';
import type { Plan } from './plan.ts';
import { createWiring } from './wiring.ts';
import { clients } from './workload.ts';

export interface RunResult {
  readonly violations: readonly string[];
  readonly uploads: number;
  readonly events: number;
  readonly doubledMails: number;
  /** How often clients had to send a file, or connect a subscription, again. */
  readonly sendsAgain: number;
  readonly connectsAgain: number;
  /** From the last mended fault to the last upload finished, mailed, and seen by its subscriber. */
  readonly settledInMs: number;
  /** What had to be waited for last after that. */
  readonly waitedFor: string;
  /** Where the logs of a failed run are; null when all was well. */
  readonly logs: string | null;
}

export interface RunOptions {
  /** Added to the environment of every process. */
  readonly environment?: Record<string, string>;
  /** How long everything may take to end after the last fault was mended: the longest waits the design allows for, and some. */
  readonly settleWithinMs?: number;
}

/**
 * When an upload without a sign of work is sent again. Longer than the waits between the first tries, so that uploads that
 * wait for others are seldom sent again. The second interval is twice as long.
 */
const reconcileAfterMs = 10_000;

/** One run of a plan against a fresh instance on the lane's servers. */
export async function runPlan(
  plan: Plan,
  lane: Lane,
  { environment = {}, settleWithinMs = 75_000 + 3 * reconcileAfterMs }: RunOptions = {},
): Promise<RunResult> {
  const wiring = createWiring();
  const dataDir = createOwnedFolder('run');
  const stack = await startStack({
    instance: uniqueName('chaos'),
    servers: lane.environment,
    dataDir,
    ports: 'free',
    replicas: plan.replicas,
    environment: { RECONCILE_AFTER_MS: String(reconcileAfterMs) },
    wire: async (name, env, ports) => ({ ...(await wiring.wire(name, env, ports)), ...environment }),
  });
  const ended = new AbortController();
  setMaxListeners(0, ended.signal);
  const violations = new Set<string>();
  const stories: Story[] = plan.uploads.map(newStory);
  let result: RunResult | null = null;
  try {
    const complain = (what: string) => void violations.add(`unclear: ${what}`);
    const people = await Promise.all(
      Array.from({ length: clients }, () => openPerson(wiring.gatewayUrl(), { signal: ended.signal, complain })),
    );
    const living = Promise.all(stories.map((story) => people[story.planned.client]?.live(story.planned, story)));
    for (const [link, ms] of Object.entries(plan.latencies)) wiring.links.get(link)?.setDelay(ms);
    const largeFile = followLargeFile(stack, plan.uploads);
    const { links } = wiring;
    const target = { stack, lane, links, latencies: plan.latencies, largeFile, logsDir: join(dataDir, 'logs') };
    const broken = await injectAll(plan.faults, target);
    await largeFile.close();
    for (const what of broken) violations.add(`down: ${what}`);
    const mendedAt = Date.now();
    const waitedFor = await settled(stack, stories, mendedAt + settleWithinMs);
    const settledInMs = Date.now() - mendedAt;
    await untilQueuesAreEmpty(stack, mendedAt + settleWithinMs);
    ended.abort();
    await living;

    const [reader] = people;
    if (reader === undefined) throw new Error('There are no clients.');
    const found = (what: string) => void violations.add(what);
    const doubledMails = await checkAll(stack, lane, stories, reader.client, reader.token, found).catch(
      (error: unknown) => {
        found(`down: the checks ended with ${error}`);
        return 0;
      },
    );
    await stack.stop();
    for (const what of await checkQueues(stack)) found(what);
    result = {
      violations: [...violations],
      uploads: stories.length,
      events: stories.reduce((sum, { events }) => sum + events.length, 0),
      doubledMails,
      sendsAgain: stories.reduce((sum, story) => sum + story.sendsAgain, 0),
      connectsAgain: stories.reduce((sum, story) => sum + story.connectsAgain, 0),
      settledInMs,
      waitedFor,
      logs: violations.size === 0 ? null : join(dataDir, 'logs'),
    };
    return result;
  } finally {
    ended.abort();
    await stack.stop();
    await wiring.close();
    if (result !== null && result.logs === null) await stack.remove();
  }
}

const open = {
  'uploads without an end': 'SELECT COUNT(*) AS n FROM uploads WHERE finished_at IS NULL',
  'uploads without a mail': 'SELECT COUNT(*) AS n FROM uploads WHERE notified_at IS NULL',
  'messages in the outbox': 'SELECT COUNT(*) AS n FROM outbox',
  'intakes that broke off': 'SELECT COUNT(*) AS n FROM intakes WHERE given_up_at IS NULL',
};

/**
 * Resolves when every upload has ended, is mailed about, and was followed to its end, or at the deadline: the checks
 * tell which. With what it waited for last.
 */
async function settled(stack: Stack, stories: readonly Story[], deadline: number): Promise<string> {
  const uploads = openPool(stack.environment.UPLOADS_DATABASE_URL ?? '', { connectionLimit: 1 });
  let waitedFor = 'nothing';
  while (Date.now() < deadline) {
    const missing = await firstOpen(uploads, stories).catch((error: unknown) => `the database (${error})`);
    if (missing === null) break;
    waitedFor = missing;
    await pause(200);
  }
  await uploads.end();
  return waitedFor;
}

async function firstOpen(uploads: Pool, stories: readonly Story[]): Promise<string | null> {
  for (const [what, sql] of Object.entries(open)) {
    const [row] = await uploads.query(sql);
    if (Number(row.n) !== 0) return what;
  }
  if (stories.some(({ id }) => id === null)) return 'files not accepted yet';
  return stories.every(({ isFinished }) => isFinished) ? null : 'subscriptions';
}

/** A message that was sent again may still wait for its next try after the upload has ended. */
async function untilQueuesAreEmpty(stack: Stack, deadline: number): Promise<void> {
  while (Date.now() < deadline) {
    const left = await checkQueues(stack).catch((error: unknown) => [String(error)]);
    if (left.length === 0) return;
    await pause(500);
  }
}
