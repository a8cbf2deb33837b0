import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { describeStatement } from './statement-description.ts';

test('an operation, its table and its text are told without schema, quotes and line breaks', () => {
  expect(describeStatement('SELECT `db`.`uploads`.`id`\n  FROM `db`.`uploads` WHERE `id` = ? LIMIT 1')).toEqual({
    operation: 'SELECT',
    table: 'uploads',
    text: 'SELECT `id` FROM `uploads` WHERE `id` = ? LIMIT ?',
  });
  expect(describeStatement('COMMIT')).toEqual({ operation: 'COMMIT', table: null, text: 'COMMIT' });
});

test('of many rows written at once only the shape of the first is told', () => {
  const rows = Array.from({ length: 500 }, (_, id) => `(${id},'O\\'Hara ${id}','2021-01-01 00:00:00',-1)`).join(',');
  expect(describeStatement(`INSERT INTO employees (id, name) VALUES ${rows} ON DUPLICATE KEY UPDATE id = 1`)).toEqual({
    operation: 'INSERT',
    table: 'employees',
    text: 'INSERT INTO employees (id, name) VALUES (?,?,?,?), …',
  });
});

test('no value of a statement is ever in what is told of it, wherever the text is cut', () => {
  const quoted = fc.string().map((text) => `'${text.replace(/['\\]/g, (character) => `\\${character}`)}SECRET'`);
  const value = fc.oneof(quoted, fc.constant("'SECRET'"), fc.constant('"SECRET"'), fc.constant("'it''s SECRET'"));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 100 }), fc.nat(5_100), (values, padding) => {
      const sql = `UPDATE t SET ${'x'.repeat(padding)} = ${values.join(', y = ')}`;
      expect(describeStatement(sql).text).not.toContain('SECRET');
    }),
  );
});
