import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createIdSet } from './id-set.ts';

const id = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 65_500, max: 65_600 }), fc.nat(2 ** 31 - 1));

test('answers as a Set does', () => {
  fc.assert(
    fc.property(fc.array(id, { maxLength: 400 }), fc.array(id), (added, asked) => {
      const [ids, model] = [createIdSet(), new Set<number>()];
      for (const each of added) {
        expect(ids.add(each)).toBe(!model.has(each));
        model.add(each);
      }
      for (const each of [...asked, ...added]) expect(ids.has(each)).toBe(model.has(each));
    }),
  );
});

test('keeps every id when a list becomes a bitmap', () => {
  const ids = createIdSet();
  for (let even = 20_000; even >= 0; even -= 2) expect(ids.add(even)).toBe(true);
  const found = Array.from({ length: 20_002 }, (_, each) => each).filter(ids.has);
  expect(found).toEqual(Array.from({ length: 10_001 }, (_, half) => half * 2));
  expect(ids.add(20_000)).toBe(false);
});
