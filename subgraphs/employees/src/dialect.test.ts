import { describe, expect, test } from '@jest/globals';
import { dialectOf } from './dialect.ts';

describe('dialectOf', () => {
  test('takes the columns of the file’s own header', () => {
    const dialect = { encoding: 'utf8', delimiter: ';', header: 'ID; "Job title"', totalRows: 3 };
    expect(dialectOf({ kind: 'JOBS', dialect })).toEqual({ delimiter: ';', columns: ['ID', 'Job title'] });
  });

  test('reads JSON that comes as text, as from MariaDB, like JSON that comes as a value, as from MySQL', () => {
    const dialect = { delimiter: '|', header: null };
    const expected = { delimiter: '|', columns: ['id', 'department'] };
    expect(dialectOf({ kind: 'DEPARTMENTS', dialect })).toEqual(expected);
    expect(dialectOf({ kind: 'DEPARTMENTS', dialect: JSON.stringify(dialect) })).toEqual(expected);
  });

  test('takes commas and the columns of the kind for a load whose first pass never ended', () => {
    const columns = ['id', 'name', 'datetime', 'department_id', 'job_id'];
    expect(dialectOf({ kind: 'HIRED_EMPLOYEES', dialect: null })).toEqual({ delimiter: ',', columns });
  });
});
