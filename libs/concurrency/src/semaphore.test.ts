import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createSemaphore, type SemaphoreOptions } from './semaphore.ts';

/** Works by name, each until it is ended. */
function startWorks(options: SemaphoreOptions) {
  const semaphore = createSemaphore(options);
  const started: number[] = [];
  const ends = new Map<number, (error?: Error) => void>();
  const run = (name: number, signal?: AbortSignal) =>
    semaphore.run(() => {
      started.push(name);
      return new Promise<number>((resolve, reject) => {
        ends.set(name, (error) => (error ? reject(error) : resolve(name)));
      });
    }, signal);
  return { run, started, end: (name: number, error?: Error) => ends.get(name)?.(error) };
}

describe('a semaphore', () => {
  test('runs as many works as it has permits, in the order of the calls, and a failure releases its permit', async () => {
    const { run, started, end } = startWorks({ permits: 2 });
    const results = [1, 2, 3, 4, 5].map((name) => run(name).catch(() => 'failed'));
    for (const [index, expected] of [
      [1, 2],
      [1, 2, 3],
      [1, 2, 3, 4],
      [1, 2, 3, 4, 5],
    ].entries()) {
      await nextTurn();
      expect(started).toEqual(expected);
      end(index + 1, index === 0 ? new Error('failed') : undefined);
    }
    end(5);
    expect(await Promise.all(results)).toEqual(['failed', 2, 3, 4, 5]);
  });

  test('rejects a caller over the maximum queue length, and one that waited too long or was aborted', async () => {
    const { run, started, end } = startWorks({ permits: 1, maxQueued: 2, maxWaitMs: 20 });
    const first = run(1);
    const abort = new AbortController();
    const [aborted, late] = [run(2, abort.signal), run(3)];
    const rejection = { code: 'UNAVAILABLE' };
    await expect(run(4)).rejects.toMatchObject(rejection);
    abort.abort();
    await expect(aborted).rejects.toMatchObject(rejection);
    await expect(late).rejects.toMatchObject(rejection);
    await expect(run(5, abort.signal)).rejects.toMatchObject(rejection);
    end(1);
    await first;
    void run(6);
    expect(started).toEqual([1, 6]);
  });

  test('rejects with the error of its options', async () => {
    const { run } = startWorks({ permits: 1, maxQueued: 0, createError: () => new Error('busy') });
    void run(1);
    await expect(run(2)).rejects.toThrow('busy');
  });

  test('never has more works than permits, and runs each admitted work once, whatever ends or is aborted in which order', async () => {
    const steps = fc.array(fc.record({ type: fc.constantFrom('run', 'end', 'abort'), pick: fc.nat() }), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), steps, async (permits, actions) => {
        const { run, started, end } = startWorks({ permits });
        const aborts: AbortController[] = [];
        const results: Promise<unknown>[] = [];
        const ended = new Set<number>();
        const running = () => started.filter((name) => !ended.has(name));
        for (const { type, pick } of actions) {
          if (type === 'run') {
            const abort = new AbortController();
            results.push(run(aborts.length, abort.signal).catch(() => 'rejected'));
            aborts.push(abort);
          } else if (type === 'abort') aborts[pick % Math.max(1, aborts.length)]?.abort();
          else {
            const name = running()[pick % Math.max(1, running().length)];
            if (name !== undefined) end(name);
            if (name !== undefined) ended.add(name);
          }
          await nextTurn();
          expect(running().length).toBeLessThanOrEqual(permits);
        }
        while (running().length > 0) {
          for (const name of running()) {
            end(name);
            ended.add(name);
          }
          await nextTurn();
        }
        const settled = await Promise.all(results);
        expect(settled.filter((result) => result !== 'rejected').sort()).toEqual([...started].sort());
        expect(new Set(started).size).toBe(started.length);
        expect(started).toEqual([...started].sort((a, b) => a - b));
      }),
    );
  });
});
