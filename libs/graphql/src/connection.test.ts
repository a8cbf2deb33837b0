import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { encodeCursor, readPageArguments, toConnection } from './connection.ts';

const cursorOf = (row: number) => `c${row}`;
const totalCount = () => Promise.reject(new Error('not asked for'));
const shape = z.tuple([z.int(), z.string()]);

describe('a connection', () => {
  test('tells by one row more than asked for that there is a next page, and leaves that row out', () => {
    const page = toConnection([1, 2, 3], { first: 2, cursorOf, totalCount });
    expect(page.nodes).toEqual([1, 2]);
    expect(page.edges).toEqual([
      { cursor: 'c1', node: 1 },
      { cursor: 'c2', node: 2 },
    ]);
    expect(page.pageInfo).toEqual({ hasNextPage: true, hasPreviousPage: false, startCursor: 'c1', endCursor: 'c2' });
  });

  test('ends with its last row, and has a page before it when it continues from a cursor', () => {
    const { pageInfo } = toConnection([3], { first: 2, after: 'c2', cursorOf, totalCount });
    expect(pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: true, startCursor: 'c3', endCursor: 'c3' });
  });

  test('may be empty, and with first: 0 still tells whether there is anything', () => {
    const empty = { hasPreviousPage: false, startCursor: null, endCursor: null };
    expect(toConnection([], { first: 2, cursorOf, totalCount }).pageInfo).toEqual({ ...empty, hasNextPage: false });
    const none = toConnection([1], { first: 0, cursorOf, totalCount });
    expect(none.nodes).toEqual([]);
    expect(none.pageInfo).toEqual({ ...empty, hasNextPage: true });
  });
});

describe('page arguments', () => {
  test('are as given, twenty where nothing is said, and null counts as nothing', () => {
    const after = encodeCursor([7, 'x']);
    expect(readPageArguments({ first: 5, after }, shape)).toEqual({ first: 5, after: [7, 'x'] });
    expect(readPageArguments({}, shape)).toEqual({ first: 20, after: undefined });
    expect(readPageArguments({ first: null, after: null }, shape, { defaultFirst: 50 })).toEqual({
      first: 50,
      after: undefined,
    });
  });

  test('are good from 0 to the limit', () => {
    expect(readPageArguments({ first: 0 }, shape).first).toBe(0);
    expect(readPageArguments({ first: 1000 }, shape, { max: 1000 }).first).toBe(1000);
  });

  test.each([-1, 101, 100_000])('refuse first: %d and name value and limit', (first) => {
    const message = `\`first\` must be between 0 and 100, not ${first}.`;
    expect(() => readPageArguments({ first }, shape)).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', reason: 'ARGUMENT_OUT_OF_RANGE', message }),
    );
  });

  test('that are both wrong are both named', () => {
    expect(() => readPageArguments({ first: -1, after: 'x' }, shape)).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({ path: ['first'], code: 'ARGUMENT_OUT_OF_RANGE' }),
          expect.objectContaining({ path: ['after'], code: 'CURSOR_INVALID' }),
        ],
      }),
    );
  });
});

describe('a cursor', () => {
  test('gives back the values it was made of, in any script', () => {
    expect(readPageArguments({ after: encodeCursor([7, 'Łódź 🦊']) }, shape).after).toEqual([7, 'Łódź 🦊']);
  });

  test('survives in a URL as it is', () => {
    expect(encodeCursor([7, '>>>???'])).toMatch(/^[\w-]+$/);
  });

  test.each([
    ['', 'an empty one'],
    ['x', 'no JSON'],
    ['a b', 'a character no cursor has'],
    [encodeCursor([7]), 'one of another list'],
    [encodeCursor(['7', 7]), 'one with values of other types'],
  ])('%j is refused: %s', (cursor) => {
    const message = `${JSON.stringify(cursor)} is not a cursor of this list.`;
    expect(() => readPageArguments({ after: cursor }, shape)).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', reason: 'CURSOR_INVALID', message }),
    );
  });
});
