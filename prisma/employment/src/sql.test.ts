import { describe, expect, test } from '@jest/globals';
import { emptySql, joinSql, sql } from './sql.ts';

describe('a piece of SQL', () => {
  test('binds values, and contains the pieces that are interpolated', () => {
    const condition = sql`id > ${7} AND name = ${"'; DROP TABLE employees; --"}`;
    expect(sql`SELECT * FROM ${sql`employees`} WHERE ${condition} LIMIT ${2}${emptySql}`).toEqual({
      text: 'SELECT * FROM employees WHERE id > ? AND name = ? LIMIT ?',
      values: [7, "'; DROP TABLE employees; --", 2],
    });
  });

  test('joins values and pieces', () => {
    expect(sql`id IN (${joinSql([1, 2, 3])})`).toEqual({ text: 'id IN (?, ?, ?)', values: [1, 2, 3] });
    expect(joinSql([sql`a = ${1}`, sql`b = ${null}`], ' AND ')).toEqual({ text: 'a = ? AND b = ?', values: [1, null] });
    expect(() => joinSql([])).toThrow('nothing to join');
  });

  test('binds dates of the years 1 to 9999 in UTC', () => {
    expect(sql`${new Date('0050-02-28T23:59:59.001Z')}`.values).toEqual(['0050-02-28 23:59:59.001']);
  });
});
