import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { uuidV7 } from './uuid-v7.ts';

test('is a UUID of version 7 that sorts by its time and never repeats', () => {
  const ids = Array.from({ length: 1000 }, (_, ms) => uuidV7(new Date(1_790_000_000_000 + ms)));
  for (const id of ids) expect(z.uuidv7().safeParse(id).success).toBe(true);
  expect(ids.toSorted()).toEqual(ids);
  const now = new Date();
  expect(new Set(Array.from({ length: 1000 }, () => uuidV7(now))).size).toBe(1000);
});
