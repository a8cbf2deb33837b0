import { describe, expect, test } from '@jest/globals';
import { createLog, systemClock, unavailable } from '@tributary/core';
import { uploadAccepted, uploadDeleted, workEvents } from '@tributary/events';
import { createMemoryBroker } from '@tributary/messaging';
import { waitFor } from '@tributary/testing';
import { z } from 'zod';
import { defineWorker } from './define-worker.ts';
import { startWorker } from './start-worker.ts';

const { started: workStarted } = workEvents('under-test');
const log = createLog('test', 'silent');
/** Every delay is over at once. */
const clock = { now: systemClock.now, sleep: async () => {} };
const body = { uploadId: '0197c3a0-0000-7000-8000-000000000001', at: '2026-01-01T00:00:00.000Z' };

function aWorker(handle: (attempt: number) => void, reasons: string[] = []) {
  return defineWorker({
    name: 'under-test',
    consumes: workStarted,
    prefetch: 1,
    config: z.object({}),
    connect: () => ({}),
    handle: async (_message, { attempt }) => handle(attempt),
    async onDelayed(_message, { reason }) {
      reasons.push(reason);
    },
  });
}

async function running(definition: ReturnType<typeof aWorker>) {
  const broker = createMemoryBroker({ clock });
  const worker = await startWorker(definition, { broker, config: {}, clock, log });
  return { broker, worker };
}

describe('startWorker', () => {
  test('closes every dependency, also where one fails to close, and connects them with the log of the process', async () => {
    const closed: string[] = [];
    let given: unknown;
    const definition = defineWorker({
      name: 'under-test',
      consumes: workStarted,
      prefetch: 1,
      config: z.object({}),
      connect(_config, { onClose, log: processLog }) {
        given = processLog;
        onClose(() => closed.push('first'));
        onClose(() => Promise.reject(new Error('not closed')));
        onClose(() => {
          throw new Error('not closed either');
        });
        return {};
      },
      handle: async () => undefined,
    });
    const worker = await startWorker(definition, { broker: createMemoryBroker({ clock }), config: {}, clock, log });
    await worker.stop();
    expect(closed).toEqual(['first']);
    expect(given).toBe(log);
  });

  test('waits for what is unavailable without counting attempts, and tells each reason once', async () => {
    const failures = [...Array<string>(8).fill('database'), 'mail'];
    const attempts: number[] = [];
    const reasons: string[] = [];
    const definition = aWorker((attempt) => {
      attempts.push(attempt);
      const reason = failures.shift();
      if (reason) throw unavailable(reason);
    }, reasons);
    const { broker, worker } = await running(definition);
    await broker.publish(workStarted, body);
    await broker.idle();
    expect(attempts).toEqual(Array(10).fill(1));
    expect(reasons).toEqual(['database', 'mail']);
    expect(broker.deadLetters('under-test')).toEqual([]);
    await worker.stop();
  });

  test('a worker of one kind of upload gets the messages of no other', async () => {
    const handled: string[] = [];
    const definition = defineWorker({
      name: 'under-test',
      kinds: [{ name: 'VIDEO' }],
      consumes: [uploadAccepted, uploadDeleted],
      prefetch: 1,
      config: z.object({}),
      connect: () => ({}),
      handle: async ({ type, body: { kind = 'of an older version' } }) => {
        handled.push(`${type} ${kind}`);
      },
    });
    const broker = createMemoryBroker({ clock });
    const worker = await startWorker(definition, { broker, config: {}, clock, log });
    const { uploadId, at } = body;
    const upload = {
      ...{
        uploadId,
        fileId: uploadId,
        filename: 'a',
        options: {},
        bytes: 1,
        sequence: 1,
        dependsOn: [],
        receivedAt: at,
      },
      uploader: { id: uploadId, email: 'ann@example.com', name: 'Ann' },
    };
    await broker.publish(uploadAccepted, { ...upload, kind: 'VIDEO' });
    await expect(broker.publish(uploadAccepted, { ...upload, kind: 'JOBS' })).rejects.toThrow();
    for (const kind of ['JOBS', 'VIDEO', undefined]) await broker.publish(uploadDeleted, { uploadId, kind, at });
    await broker.idle();
    expect(handled).toEqual([
      'uploads.upload.accepted VIDEO',
      'uploads.upload.deleted VIDEO',
      'uploads.upload.deleted of an older version',
    ]);
    await worker.stop();
  });

  test('dead-letters after the fifth attempt', async () => {
    const attempts: number[] = [];
    const { broker, worker } = await running(
      aWorker((attempt) => {
        attempts.push(attempt);
        throw new Error('bug');
      }),
    );
    await broker.publish(workStarted, body);
    await broker.idle();
    expect(attempts).toEqual([1, 2, 3, 4, 5]);
    expect(broker.deadLetters('under-test')[0]?.headers['tributary-error']).toBe('bug');
    await worker.stop();
  });

  test('dead-letters a body that breaks the contract without handing it to the worker', async () => {
    const attempts: number[] = [];
    const { broker, worker } = await running(aWorker((attempt) => void attempts.push(attempt)));
    await broker.send({ messageId: 'm', type: workStarted.type, routingKey: workStarted.type, body: { uploadId: 7 } });
    await broker.idle();
    expect(attempts).toEqual([]);
    expect(broker.deadLetters('under-test')).toHaveLength(1);
    await worker.stop();
  });

  test('connects again while a dependency is unavailable, and closes in reverse order on stop', async () => {
    const steps: string[] = [];
    let tries = 0;
    const definition = defineWorker({
      ...aWorker(() => undefined),
      connect(_config, { onClose }) {
        tries += 1;
        onClose(() => steps.push(`first of try ${tries}`));
        if (tries === 1) throw unavailable('not yet');
        onClose(() => steps.push('second'));
        return {};
      },
    });
    const { worker } = await running(definition);
    await waitFor(() => tries === 2);
    await worker.stop();
    expect(steps).toEqual(['first of try 1', 'second', 'first of try 2']);
  });
});
