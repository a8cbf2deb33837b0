import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openTestDatabase } from '@tributary/testing';
import { openEmploymentDb, readRows } from './client.ts';
import { sql } from './sql.ts';

const times = [
  '0001-01-01T00:00:00.000Z',
  '0050-02-28T23:59:59.001Z',
  '0099-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59.999Z',
];

const { db, close } = await openTestDatabase('employment', openEmploymentDb);
afterAll(close);

beforeAll(async () => {
  for (const [index, time] of times.entries()) {
    await db.pool.query(
      "INSERT INTO employees (id, name, hired_at, department_id, job_id, sequence, upload_id) VALUES (?, 'Ana', ?, 1, 1, 1, '')",
      [index + 1, time.slice(0, -1).replace('T', ' ')],
    );
  }
});

describe('readRows', () => {
  test('reads the years 1 to 9999 exactly', async () => {
    const rows = await readRows<{ hiredAt: Date }>(db.pool, sql`SELECT hired_at AS hiredAt FROM employees ORDER BY id`);
    expect(rows.map(({ hiredAt }) => hiredAt.toISOString())).toEqual(times);
  });

  test('binds the years 1 to 9999 exactly', async () => {
    const from = new Date('0050-01-01T00:00:00Z');
    const rows = await readRows(db.pool, sql`SELECT id FROM employees WHERE hired_at >= ${from} ORDER BY id`);
    expect(rows).toEqual([{ id: 2 }, { id: 3 }, { id: 4 }]);
  });

  test('returns whole numbers as numbers, and texts with any characters as they were bound', async () => {
    const text = `'"\\ ; -- \0 % 🦊`;
    expect(await readRows(db.pool, sql`SELECT COUNT(*) AS count, ${text} AS text FROM employees`)).toEqual([
      { count: 4, text },
    ]);
  });
});
