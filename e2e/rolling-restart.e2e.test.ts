import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import { findDeployables } from '../scripts/stack/declarations.mjs';
import { addressVariables } from '../scripts/stack/environment.mjs';
import { type Balancer, balanceConnections } from './balancer.ts';
import { openClient, type TestClient } from './client.ts';
import { departmentsCsv } from './sample-files.ts';
import { openStack, type Stack } from './stack.ts';

const served = findDeployables().flatMap(({ name, kind }) => (kind === 'worker' ? [] : [name]));
const balancers = new Map<string, Balancer>();
let stack: Stack;
let client: TestClient;
let ann: Awaited<ReturnType<TestClient['register']>>;

const urlOf = (name: string) => balancers.get(name)?.url ?? '';

beforeAll(async () => {
  for (const name of served) balancers.set(name, await balanceConnections());
  stack = await openStack({
    workers: 'together',
    replicas: Object.fromEntries(served.map((name) => [name, 2])),
    environment: {
      DRAIN_DELAY_MS: '500',
      ...addressVariables(urlOf),
    },
    async wire(name, env, ports) {
      balancers.get(name.replace(/-2$/, ''))?.add(`http://127.0.0.1:${ports[name]}`);
      return env;
    },
  });
  client = openClient(urlOf('gateway'));
  ann = await waitFor(() => client.register(), { timeoutMs: 20_000, what: 'the first account' });
}, 180_000);

afterAll(async () => {
  await stack?.remove();
  for (const balancer of balancers.values()) await balancer.close();
}, 60_000);

/** The test waits for each upload. */
const betweenUploadsMs = 250;

/** Leaves processor time for starting processes. */
const betweenQueriesMs = 20;

const queries = [
  '{ me { id name email } }',
  '{ fileUploads(first: 5) { nodes { id status uploadedBy { name } } } }',
  '{ departments { id name } hiresByQuarter(year: 2021) { q1 } }',
  '{ me { uploads(first: 3) { nodes { id rejections(first: 1) { totalCount } } } } }',
];

test('restarting every process of the gateway and the subgraphs, one after the other under load, fails no request', async () => {
  let isOver = false;
  let succeeded = 0;
  const failures: unknown[] = [];
  const uploads: string[] = [];

  async function repeat(work: (round: number) => Promise<void>): Promise<void> {
    for (let round = 0; !isOver; round += 1) {
      try {
        await work(round);
        succeeded += 1;
      } catch (error) {
        failures.push({ error: String(error), cause: error instanceof Error ? String(error.cause) : '' });
      }
    }
  }
  const asking = [0, 1, 2].map((offset) =>
    repeat(async (round) => {
      await client.data(queries[(round + offset) % queries.length] ?? '', {}, ann.token);
      await pause(betweenQueriesMs);
    }),
  );
  const uploading = repeat(async () => {
    await pause(betweenUploadsMs);
    uploads.push((await client.upload(ann.token, { content: departmentsCsv, kind: 'DEPARTMENTS' })).id);
  });

  for (const name of served.flatMap((one) => [one, `${one}-2`])) {
    const one = stack.processes.get(name);
    if (!one) throw new Error(`There is no process ${name}`);
    expect([name, (await one.kill()).code]).toEqual([name, 0]);
    await one.restart();
    // As in a rollout: the next process stops only after this one gets connections again.
    await waitFor(() => balancers.get(name.replace(/-2$/, ''))?.readyCount() === 2, {
      what: `${name} to be seen ready`,
    });
  }
  isOver = true;
  await Promise.all([...asking, uploading]);

  expect(failures).toEqual([]);
  // Enough load, even on a slow machine.
  expect(succeeded).toBeGreaterThan(100);
  for (const id of uploads) {
    await waitFor(async () => (await client.record(ann.token, id)).status === 'COMPLETED', {
      timeoutMs: 60_000,
      what: `the end of upload ${id}`,
    });
  }
  process.stdout.write(`rolling restart: ${succeeded} requests succeeded, ${uploads.length} of them uploads\n`);
}, 180_000);
