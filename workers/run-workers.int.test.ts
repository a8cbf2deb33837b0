import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLog, unavailable } from '@tributary/core';
import { uploadDeleted, uploadFinished } from '@tributary/events';
import { createTestVhost, type TestVhost, waitFor } from '@tributary/testing';
import { defineWorker, type WorkerDefinition } from '@tributary/worker';
import { z } from 'zod';
import { runWorkers } from './run-workers.ts';

const before = { ...process.env };
let vhost: TestVhost;
beforeAll(async () => {
  vhost = await createTestVhost();
});
afterAll(async () => {
  process.env = before;
  await vhost.drop();
});

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return z.object({ port: z.int() }).parse(address).port;
}

async function running(definitions: readonly WorkerDefinition[]) {
  const [health, metrics] = [await findFreePort(), await findFreePort()];
  process.env = { ...before, RABBITMQ_URL: vhost.url, HEALTH_PORT: String(health), METRICS_PORT: String(metrics) };
  const closes: (() => unknown)[] = [];
  const log = createLog('workers', 'silent');
  const started = runWorkers(definitions, { log, onClose: (close) => closes.unshift(close) });
  return {
    started,
    readiness: () => fetch(`http://127.0.0.1:${health}/health/ready`).then((response) => response.text()),
    metrics: () => fetch(`http://127.0.0.1:${metrics}/metrics`).then((response) => response.text()),
    async stop() {
      for (const close of closes) await close();
    },
  };
}

const aWorker = (name: string, connect: () => object, ping: () => Promise<unknown>) =>
  defineWorker({
    name,
    consumes: name === 'one' ? uploadDeleted : uploadFinished,
    prefetch: 1,
    config: z.object({}),
    connect,
    handle: async () => undefined,
    checks: { Redis: ping },
  });

describe('several workers in one process', () => {
  test('share one health endpoint that names each, and one page of metrics with a label for each', async () => {
    let isRecovered = false;
    const check = async () => {
      if (!isRecovered) throw unavailable('It cannot be reached.');
    };
    const workers = await running([
      aWorker(
        'one',
        () => ({}),
        async () => undefined,
      ),
      aWorker('two', () => ({}), check),
    ]);
    await workers.started;
    await waitFor(async () => (await workers.readiness()).includes('["two: Redis"]'));
    expect(await workers.metrics()).toMatch(
      /tributary_ready\{worker="one"\} 1[\s\S]*tributary_ready\{worker="two"\} 0/,
    );
    isRecovered = true;
    await waitFor(async () => (await workers.readiness()) === '{"status":"ok"}');
    await workers.stop();
  });

  test('end together when one cannot start', async () => {
    const fails = () => {
      throw new Error('The second worker cannot start.');
    };
    const workers = await running([
      aWorker(
        'one',
        () => ({}),
        async () => undefined,
      ),
      aWorker('two', fails, async () => undefined),
    ]);
    await expect(workers.started).rejects.toThrow('The second worker cannot start.');
    await workers.stop();
  });
});
