import { expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { createDocumentCache } from './document-cache.ts';

test('documents are parsed once while they fit the budget; the ones not used for longest are evicted', () => {
  const cache = createDocumentCache({ maxBytes: 5_000 });
  let parsed = 0;
  const get = (text: string) =>
    cache.get(text, () => {
      parsed += 1;
      return parse(text);
    });
  get('{ a }');
  get('{ a }');
  expect(parsed).toBe(1);
  get('{ b }');
  get('{ a }');
  get('{ c }');
  get('{ a }');
  expect(parsed).toBe(3);
  get('{ b }');
  expect(parsed).toBe(4);
  get(`{ ${'long '.repeat(50)} }`);
  expect(cache.bytes()).toBeLessThanOrEqual(5_000);
});
