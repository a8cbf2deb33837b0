import { expect, test } from '@jest/globals';
import { rotate } from './rotate.ts';

test('every variant runs once a round, never two at a time, and each round begins with another', async () => {
  const order: string[] = [];
  let running = 0;
  const variant = (name: string) => async (round: number) => {
    expect(++running).toBe(1);
    order.push(name);
    await Promise.resolve();
    running--;
    return `${name}${round}`;
  };
  const results = await rotate({ a: variant('a'), b: variant('b'), c: variant('c') }, 4);
  expect(order.join('')).toBe('abcbcacababc');
  expect(results).toEqual({
    a: ['a0', 'a1', 'a2', 'a3'],
    b: ['b0', 'b1', 'b2', 'b3'],
    c: ['c0', 'c1', 'c2', 'c3'],
  });
});
