import { expect, test } from '@jest/globals';
import { createLog, unavailable } from '@tributary/core';
import { workEvents } from '@tributary/events';
import { fixedClock, waitFor } from '@tributary/testing';
import { z } from 'zod';
import { defineWorker } from './define-worker.ts';
import { watchWorker } from './watch-worker.ts';

const { started: workStarted } = workEvents('under-test');
const log = createLog('test', 'silent');

test('names what is away from the first moment, then what goes, and nothing once it is back', async () => {
  const clock = fixedClock();
  const there = { store: false, broker: true };
  const definition = defineWorker({
    name: 'under-test',
    consumes: workStarted,
    prefetch: 1,
    config: z.object({}),
    connect: () => ({ there }),
    checks: {
      async 'the store'(dependencies) {
        if (!dependencies.there.store) throw unavailable('away');
      },
    },
    handle: async () => {},
  });
  const watch = watchWorker(definition, { broker: { ready: () => there.broker }, clock, log });
  const names = (...expected: string[]) =>
    waitFor(() => {
      clock.advance(2_000);
      return watch.waitingFor().join() === expected.join();
    });
  expect(watch.waitingFor()).toEqual(['the store', 'RabbitMQ']);
  await names('the store');
  watch.connected({ there });
  await names('the store', 'RabbitMQ');
  watch.consuming();
  await names('the store');
  there.store = true;
  await names();
  there.broker = false;
  await names('RabbitMQ');
  there.broker = true;
  await names();
  await watch.stop();
});
