import { expect, test } from '@jest/globals';
import { matchesBinding } from './matches-binding.ts';

test.each([
  ['a.b', 'a.b', true],
  ['a.b', 'a.b.c', false],
  ['a.*', 'a.b', true],
  ['a.*', 'a', false],
  ['*.load.*', 'x.load.started', true],
  ['*.load.*', 'x.y.load.started', false],
  ['#', '', true],
  ['a.#', 'a', true],
  ['a.#.d', 'a.b.c.d', true],
  ['a.#.d', 'a.b.c', false],
])('the binding %s matches %s: %s', (binding, routingKey, expected) => {
  expect(matchesBinding(binding, routingKey)).toBe(expected);
});
