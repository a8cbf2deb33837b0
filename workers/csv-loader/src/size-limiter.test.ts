import { describe, expect, test } from '@jest/globals';
import { createSizeLimiter, PREFETCH } from './size-limiter.ts';

const large = { bytes: 50_000_000 };
const small = { bytes: 50_000 };
const running = new AbortController().signal;

/** Files at work, by name, each until it is told to end. */
function aLoader({ maxWaitMs }: { maxWaitMs?: number } = {}) {
  const limitBySize = createSizeLimiter(maxWaitMs === undefined ? {} : { maxWaitMs });
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    load: (name: string, file: { bytes: number }, signal = running) =>
      limitBySize(file, signal, () => {
        begun.push(name);
        return new Promise<void>((resolve) => ends.set(name, resolve));
      }),
    end: (name: string) => ends.get(name)?.(),
  };
}

describe('large files', () => {
  test('are loaded two at a time, in the order they came, and a small one never waits for them', async () => {
    const { load, end, begun } = aLoader();
    const loads = ['a', 'b', 'c', 'd'].map((name) => load(name, large));
    const smalls = Array.from({ length: PREFETCH - loads.length }, (_, index) => load(`small ${index}`, small));
    await Promise.resolve();
    expect(begun).toEqual(['a', 'b', ...smalls.map((_, index) => `small ${index}`)]);
    end('b');
    await loads[1];
    end('a');
    await loads[0];
    expect(begun.slice(-2)).toEqual(['c', 'd']);
  });

  test('beyond two in line are left to the queue, and so is one that stood there for too long or is told to stop', async () => {
    const { load, end, begun } = aLoader({ maxWaitMs: 20 });
    const first = [load('a', large), load('b', large)];
    const stopping = new AbortController();
    const inLine = [load('c', large, stopping.signal), load('d', large)];
    const refused = { code: 'UNAVAILABLE', message: 'Waiting for other large files' };
    await expect(load('e', large)).rejects.toMatchObject(refused);
    stopping.abort();
    await expect(inLine[0]).rejects.toMatchObject(refused);
    await expect(inLine[1]).rejects.toMatchObject(refused);
    expect(begun).toEqual(['a', 'b']);
    end('a');
    await first[0];
    void load('f', large);
    expect(begun).toEqual(['a', 'b', 'f']);
  });

  test('that fail make room as well', async () => {
    const limitBySize = createSizeLimiter();
    const failing = Array.from({ length: 4 }, () =>
      limitBySize(large, running, () => Promise.reject(new Error('bad'))),
    );
    for (const one of failing) await expect(one).rejects.toThrow('bad');
    const begun: string[] = [];
    await limitBySize(large, running, async () => void begun.push('after them'));
    expect(begun).toEqual(['after them']);
  });
});
