import { expect, test } from '@jest/globals';
import { Kind, parse } from 'graphql';
import { createMeasure } from './operation-size.ts';

function measure(query: string) {
  const document = parse(query);
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('There is no operation');
  return createMeasure(document)(operation);
}

test.each([
  ['{ a b { c { d } } }', { depth: 3, fields: 2, aliases: 0, directives: 0 }],
  ['{ x: a b { y: c z: c } }', { depth: 2, fields: 2, aliases: 3, directives: 0 }],
  ['query @q { a @b @c { d @e } ... @f { g } }', { depth: 2, fields: 2, aliases: 0, directives: 5 }],
  ['{ x: __typename __schema { y: types { fields { name } } } }', { depth: 0, fields: 2, aliases: 2, directives: 0 }],
])('%s measures %p', (query, expected) => {
  expect(measure(query)).toEqual(expected);
});

test('a fragment counts where it is spread, as often as it is', () => {
  const query = '{ ...F ...F a { ...F @one } } fragment F on T @two { x: b ... on T { c { d } } }';
  expect(measure(query)).toEqual({ depth: 3, fields: 5, aliases: 3, directives: 4 });
});

test('fragments that double each other are counted in full, at once', () => {
  const doubling = Array.from({ length: 40 }, (_, n) => `fragment F${n} on T { ...F${n + 1} ...F${n + 1} }`);
  const { fields, aliases } = measure(`{ ...F0 } ${doubling.join(' ')} fragment F40 on T { x: a }`);
  expect([fields, aliases]).toEqual([2 ** 40, 2 ** 40]);
});

test('fragments in a circle come to an end', () => {
  expect(measure('{ ...A } fragment A on T { a { ...B } } fragment B on T { b { ...A } }').depth).toBe(2);
});
