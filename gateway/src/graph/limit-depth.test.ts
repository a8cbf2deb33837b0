import { expect, test } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { limitDepth } from './limit-depth.ts';

const schema = buildSchema('type Query { a: Query b: Int }');
const isAllowed = (query: string, max: number) => validate(schema, parse(query), [limitDepth(max)]).length === 0;

test('counts fields, not fragments, and the deepest of several', () => {
  const query = '{ b a { ... { ...F } } } fragment F on Query { a { b } }';
  expect(isAllowed(query, 3)).toBe(true);
  expect(isAllowed(query, 2)).toBe(false);
});

test('introspection does not count', () => {
  expect(isAllowed('{ __schema { types { fields { type { name } } } } }', 1)).toBe(true);
});

test('a cycle of fragments ends, and so does a document that doubles with each fragment', () => {
  expect(isAllowed('{ ...F } fragment F on Query { a { ...F } }', 100)).toBe(true);
  const doubling = Array.from({ length: 40 }, (_, n) => `fragment F${n} on Query { a { ...F${n + 1} ...F${n + 1} } }`);
  expect(isAllowed(`{ ...F0 } ${doubling.join(' ')} fragment F40 on Query { b }`, 50)).toBe(true);
});
