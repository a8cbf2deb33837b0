import { describe, expect, test } from '@jest/globals';
import { parseValue, type ValueNode } from 'graphql';
import { BigIntScalar, DateTime } from './scalars.ts';

const badInput = expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT', reason: 'VALUE_INVALID' } });
const literal = (text: string): ValueNode => parseValue(text);

describe('DateTime', () => {
  test.each([
    ['2021-07-27T16:02:08Z', '2021-07-27T16:02:08.000Z'],
    ['2021-07-27T16:02:08.5+02:00', '2021-07-27T14:02:08.500Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('takes %s, in a variable and in the query, as the moment %s', (text, moment) => {
    expect(DateTime.parseValue(text)).toEqual(new Date(moment));
    expect(DateTime.parseLiteral(literal(JSON.stringify(text)))).toEqual(new Date(moment));
    expect(DateTime.serialize(new Date(moment))).toBe(moment);
  });

  test.each([
    '2021-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2021-07-27T16:02:08',
    '2021-07-27',
    '2021-07-27T25:00:00Z',
    '2021-07-27T24:00:00Z',
    '2021-07-27T24:00:00+02:00',
    'yesterday',
    '',
    1627401728000,
    null,
    {},
  ])('refuses %j', (value) => {
    expect(() => DateTime.parseValue(value)).toThrow(badInput);
  });

  test('refuses a number in the query, and a value of ours that is no date', () => {
    expect(() => DateTime.parseLiteral(literal('2021'))).toThrow(badInput);
    expect(() => DateTime.serialize(new Date('never'))).toThrow('not a valid Date');
    expect(() => DateTime.serialize('2021-07-27T16:02:08Z')).toThrow('not a valid Date');
  });
});

describe('BigInt', () => {
  test.each([
    [7n, 7],
    [7, 7],
    [-9007199254740991n, -9007199254740991],
    [9007199254740992n, '9007199254740992'],
  ])('gives %p as %p: a string only where a JSON number would not be exact', (value, shown) => {
    expect(BigIntScalar.serialize(value)).toBe(shown);
  });

  test('takes numbers and strings of digits, in variables and in the query', () => {
    expect(BigIntScalar.parseValue(7)).toBe(7n);
    expect(BigIntScalar.parseValue('-9007199254740993')).toBe(-9007199254740993n);
    expect(BigIntScalar.parseLiteral(literal('9007199254740993'))).toBe(9007199254740993n);
    expect(BigIntScalar.parseLiteral(literal('"7"'))).toBe(7n);
  });

  test.each([1.5, 2 ** 53, '1.5', '0x10', '', ' 7', '9'.repeat(41), true, null, []])('refuses %j', (value) => {
    expect(() => BigIntScalar.parseValue(value)).toThrow(badInput);
  });

  test('refuses a fraction in the query, and a value of ours that is not whole', () => {
    expect(() => BigIntScalar.parseLiteral(literal('1.5'))).toThrow(badInput);
    expect(() => BigIntScalar.serialize(1.5)).toThrow('not a whole number');
  });
});
