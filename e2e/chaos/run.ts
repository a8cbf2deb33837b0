import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openPool } from '@tributary/database';
import { uniqueName } from '@tributary/testing';
import type { Pool } from 'mariadb';
import { startStack } from '../../scripts/stack.mjs';
import type { Stack } from '../stack.ts';
import { checkQueues } from './check-leftovers.ts';
import { checkAll } from './checks.ts';
import { injectAll } from './inject.ts';
import { followLargeFile } from './large-file.ts';
import { createOwnedFolder } from './leftovers.mjs';
import type { Plan } from './plan.ts';
import type { RunSlot } from './run-slot.ts';
import { type ClientHistory, createHistory, createSimulatedUser } from './simulated-user.ts';
import { createWiring } from './wiring.ts';
import { clients } from './workload.ts';

export interface RunResult {
  readonly violations: readonly string[];
  readonly uploads: number;
  readonly events: number;
  readonly duplicateMails: number;
  /** Number of retried uploads and reconnected subscriptions. */
  readonly uploadRetries: number;
  readonly reconnects: number;
  /** Time from the end of the last fault until every upload was finished, mailed and seen by its subscriber. */
  readonly settledInMs: number;
  /** The last thing that was waited for. */
  readonly waitedFor: string;
  /** Folder of the logs of a failed run; null for a run without violations. */
  readonly logs: string | null;
}

export interface RunOptions {
  /** Additional variables of every process. */
  readonly environment?: Record<string, string>;
  /** Maximum time after the last fault until everything is finished: the maximum waits of the design, with a margin. */
  readonly settleWithinMs?: number;
}

/**
 * Time without a sign of work after which an upload is sent again. Longer than the first retry delays, so that uploads
 * that wait for others are rarely sent again. The second interval is twice as long.
 */
const reconcileAfterMs = 10_000;

/** One run of a plan against a fresh instance on the slot's servers. */
export async function runPlan(
  plan: Plan,
  slot: RunSlot,
  { environment = {}, settleWithinMs = 75_000 + 3 * reconcileAfterMs }: RunOptions = {},
): Promise<RunResult> {
  const wiring = createWiring();
  const dataDir = createOwnedFolder('run');
  const stack = await startStack({
    instance: uniqueName('chaos'),
    servers: slot.environment,
    dataDir,
    ports: 'free',
    replicas: plan.replicas,
    environment: { RECONCILE_AFTER_MS: String(reconcileAfterMs) },
    wire: async (name, env, ports) => ({ ...(await wiring.wire(name, env, ports)), ...environment }),
  });
  const ended = new AbortController();
  setMaxListeners(0, ended.signal);
  const violations = new Set<string>();
  const histories: ClientHistory[] = plan.uploads.map(createHistory);
  let result: RunResult | null = null;
  try {
    const reportViolation = (what: string) => void violations.add(`unclear: ${what}`);
    const users = await Promise.all(
      Array.from({ length: clients }, () =>
        createSimulatedUser(wiring.gatewayUrl(), { signal: ended.signal, reportViolation }),
      ),
    );
    const living = Promise.all(
      histories.map((history) => users[history.planned.client]?.live(history.planned, history)),
    );
    for (const [link, ms] of Object.entries(plan.latencies)) wiring.links.get(link)?.setDelay(ms);
    const largeFile = followLargeFile(stack, plan.uploads);
    const { links } = wiring;
    const target = { stack, slot, links, latencies: plan.latencies, largeFile, logsDir: join(dataDir, 'logs') };
    const broken = await injectAll(plan.faults, target);
    await largeFile.close();
    for (const what of broken) violations.add(`down: ${what}`);
    const recoveredAt = Date.now();
    const waitedFor = await waitUntilSettled(stack, histories, recoveredAt + settleWithinMs);
    const settledInMs = Date.now() - recoveredAt;
    await waitUntilQueuesEmpty(stack, recoveredAt + settleWithinMs);
    ended.abort();
    await living;

    const [reader] = users;
    if (reader === undefined) throw new Error('There are no clients.');
    const found = (what: string) => void violations.add(what);
    const duplicateMails = await checkAll(stack, slot, histories, reader.client, reader.token, found).catch(
      (error: unknown) => {
        found(`down: the checks ended with ${error}`);
        return 0;
      },
    );
    await stack.stop();
    for (const what of await checkQueues(stack)) found(what);
    result = {
      violations: [...violations],
      uploads: histories.length,
      events: histories.reduce((sum, { events }) => sum + events.length, 0),
      duplicateMails,
      uploadRetries: histories.reduce((sum, history) => sum + history.uploadRetries, 0),
      reconnects: histories.reduce((sum, history) => sum + history.reconnects, 0),
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

const unfinishedQueries = {
  'unfinished uploads': 'SELECT COUNT(*) AS n FROM uploads WHERE finished_at IS NULL',
  'uploads without a mail': 'SELECT COUNT(*) AS n FROM uploads WHERE notified_at IS NULL',
  'messages in the outbox': 'SELECT COUNT(*) AS n FROM outbox',
  'unfinished intakes': 'SELECT COUNT(*) AS n FROM intakes WHERE given_up_at IS NULL',
};

/**
 * Resolves when every upload is finished, mailed and followed to its final status, or at the deadline, with the last
 * thing it waited for.
 */
async function waitUntilSettled(stack: Stack, histories: readonly ClientHistory[], deadline: number): Promise<string> {
  const uploads = openPool(stack.environment.UPLOADS_DATABASE_URL ?? '', { connectionLimit: 1 });
  let waitedFor = 'nothing';
  while (Date.now() < deadline) {
    const missing = await findUnfinished(uploads, histories).catch((error: unknown) => `the database (${error})`);
    if (missing === null) break;
    waitedFor = missing;
    await pause(200);
  }
  await uploads.end();
  return waitedFor;
}

async function findUnfinished(uploads: Pool, histories: readonly ClientHistory[]): Promise<string | null> {
  for (const [what, sql] of Object.entries(unfinishedQueries)) {
    const [row] = await uploads.query(sql);
    if (Number(row.n) !== 0) return what;
  }
  if (histories.some(({ id }) => id === null)) return 'files not accepted yet';
  return histories.every(({ isFinished }) => isFinished) ? null : 'subscriptions';
}

/** A message that was sent again may still wait for a retry after the upload has finished. */
async function waitUntilQueuesEmpty(stack: Stack, deadline: number): Promise<void> {
  while (Date.now() < deadline) {
    const left = await checkQueues(stack).catch((error: unknown) => [String(error)]);
    if (left.length === 0) return;
    await pause(500);
  }
}
