import { describe, expect, test } from '@jest/globals';
import { parseRowId, requireRowId, requireRowIds } from './arguments.ts';

describe('parseRowId', () => {
  test.each([
    ['1', 1],
    ['2147483647', 2_147_483_647],
  ])('takes %s', (id, number) => {
    expect(parseRowId(id)).toBe(number);
  });

  test.each(['', '0', '-1', '01', '1.0', '1e3', ' 1', '0x1', '2147483648', '99999999999', '1 OR 1=1'])(
    'knows that %j is not an id',
    (id) => {
      expect(parseRowId(id)).toBeNull();
    },
  );
});

describe('requireRowId', () => {
  test('names the argument and the value it refuses', () => {
    expect(() => requireRowId('x', ['filter', 'jobId'])).toThrow(
      '`jobId` must be a whole number from 1 to 2147483647, not "x".',
    );
  });
});

describe('requireRowIds', () => {
  test('names every value it refuses', () => {
    const code = 'ID_INVALID';
    expect(() => requireRowIds(['1', 'x', '2', '0'], ['ids'])).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({ path: ['ids', 1], code }),
          expect.objectContaining({ path: ['ids', 3], code }),
        ],
      }),
    );
  });
});
