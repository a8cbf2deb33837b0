import { describe, expect, test } from '@jest/globals';
import type { Clock } from '@tributary/core';
import { createTtlCache } from './caches.ts';

function aClock() {
  let time = 1_000;
  const clock: Clock = { now: () => new Date(time), sleep: async () => {} };
  return { clock, advance };

  function advance(ms: number) {
    time += ms;
  }
}

describe('a short memory', () => {
  test('gives a value until its time, not at it', () => {
    const { clock, advance } = aClock();
    const memory = createTtlCache<string>({ maxEntries: 10, clock });
    memory.set('a', 'A', 1_500);
    advance(499);
    expect(memory.get('a')).toBe('A');
    advance(1);
    expect(memory.get('a')).toBeUndefined();
  });

  test('holds no more than it may: what was kept longest ago makes room, kept again it is new', () => {
    const memory = createTtlCache<number>({ maxEntries: 2, clock: aClock().clock });
    memory.set('a', 1, 9_999);
    memory.set('b', 2, 9_999);
    memory.set('a', 3, 9_999);
    memory.set('c', 4, 9_999);
    expect(['a', 'b', 'c'].map((key) => memory.get(key))).toEqual([3, undefined, 4]);
  });
});
