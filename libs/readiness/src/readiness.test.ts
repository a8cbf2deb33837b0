import { afterEach, expect, test } from '@jest/globals';
import { createLog, systemClock } from '@tributary/core';
import { fixedClock, waitFor } from '@tributary/testing';
import { watchReadiness } from './readiness.ts';

const log = createLog('test', 'silent');
let stop = async () => {};

afterEach(() => stop());

test('everything is waited for until it has answered once', async () => {
  const watch = watchReadiness({ checks: { Redis: async () => 'PONG' }, clock: fixedClock(), log });
  stop = watch.stop;
  expect(watch.waitingFor()).toEqual(['Redis']);
  await waitFor(() => watch.waitingFor().length === 0);
});

test('what goes is named, and what comes back is not', async () => {
  const clock = fixedClock();
  let isThere = true;
  const ping = async () => {
    if (!isThere) throw new Error('gone');
  };
  const watch = watchReadiness({ checks: { Redis: ping, 'the database': async () => 1 }, clock, log });
  stop = watch.stop;
  const names = (expected: string[]) =>
    waitFor(() => {
      clock.advance(2000);
      return watch.waitingFor().join() === expected.join();
    });
  await names([]);
  isThere = false;
  await names(['Redis']);
  isThere = true;
  await names([]);
});

test('a check that never answers is waited for, and holds up no other', async () => {
  const checks = { Redis: () => new Promise(() => {}), 'the database': async () => 1 };
  const watch = watchReadiness({ checks, clock: systemClock, log, everyMs: 20 });
  stop = watch.stop;
  await waitFor(() => watch.waitingFor().join() === 'Redis');
});

test('what is only missed is looked at, and not waited for', async () => {
  let looks = 0;
  const ping = async () => {
    looks += 1;
    throw new Error('gone');
  };
  const watch = watchReadiness({ checks: { db: async () => 1 }, missed: { Redis: ping }, clock: systemClock, log });
  stop = watch.stop;
  await waitFor(() => looks > 1 && watch.waitingFor().length === 0);
});

test('what is waited for may change: what is no longer asked for is forgotten', async () => {
  const never = () => new Promise(() => {});
  let checks: Record<string, () => Promise<unknown>> = { Redis: never };
  const watch = watchReadiness({ checks: () => checks, clock: systemClock, log, everyMs: 20 });
  stop = watch.stop;
  expect(watch.waitingFor()).toEqual(['Redis']);
  checks = { 'the database': never };
  await waitFor(() => watch.waitingFor().join() === 'the database');
});
