import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openTestDatabase } from '@tributary/testing';
import { openEmploymentDb } from './client.ts';
import { Prisma } from './generated/client.ts';

const moments = [
  '0001-01-01T00:00:00.000Z',
  '0050-02-28T23:59:59.001Z',
  '0099-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59.999Z',
];

const { db, close } = await openTestDatabase('employment', openEmploymentDb);
afterAll(close);

describe('the years 1 to 9999 come back exactly', () => {
  beforeEach(async () => {
    await db.pool.query('DELETE FROM employees');
    for (const [index, moment] of moments.entries()) {
      await db.pool.query(
        "INSERT INTO employees (id, name, hired_at, department_id, job_id, sequence, upload_id) VALUES (?, 'Ana', ?, 1, 1, 1, '')",
        [index + 1, moment.slice(0, -1).replace('T', ' ')],
      );
    }
  });

  test('through the models', async () => {
    const found = await db.client.employee.findMany({ orderBy: { id: 'asc' } });
    expect(found.map(({ hiredAt }) => hiredAt.toISOString())).toEqual(moments);
  });

  test("through Prisma's raw queries, in values bound as well", async () => {
    const from = new Date('0050-01-01T00:00:00Z');
    const found = await db.client.$queryRaw<{ hiredAt: Date }[]>(
      Prisma.sql`SELECT hired_at AS hiredAt FROM employees WHERE hired_at >= ${from} ORDER BY hired_at`,
    );
    expect(found.map(({ hiredAt }) => hiredAt.toISOString())).toEqual(moments.slice(1));
  });

  test('in a transaction, written by Prisma', async () => {
    const [, moment = ''] = moments;
    const written = await db.client.$transaction(async (transaction) => {
      await transaction.employee.update({ where: { id: 4 }, data: { hiredAt: new Date(moment) } });
      return transaction.employee.findUniqueOrThrow({ where: { id: 4 } });
    });
    expect(written.hiredAt.toISOString()).toBe(moment);
  });

  test('through the driver, as text', async () => {
    const rows = await db.pool.query('SELECT hired_at AS hiredAt FROM employees ORDER BY id');
    expect(rows.map(({ hiredAt }: { hiredAt: string }) => `${hiredAt.replace(' ', 'T')}Z`)).toEqual(moments);
  });
});
