import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@tributary/testing';
import { createConnection } from 'mariadb';
import { asUnavailable } from './as-unavailable.ts';
import { type EmploymentDb, openEmploymentDb } from './client.ts';

describe('asUnavailable', () => {
  let database: TestDatabase;
  let db: EmploymentDb;

  beforeAll(async () => {
    database = await createTestDatabase('employment');
    db = openEmploymentDb(database.url);
  });

  afterAll(async () => {
    await db.close();
    await database.drop();
  });

  const byPrisma = (sql: string) => db.client.$queryRawUnsafe(sql).catch(asUnavailable);
  const byDriver = (sql: string) => db.pool.query(sql).catch(asUnavailable);

  test.each(['SELECT 1 FROM not_migrated_yet', 'KILL CONNECTION_ID()'])('is what %s ends in', async (sql) => {
    expect(await byPrisma(sql)).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await byDriver(sql)).toMatchObject({ code: 'UNAVAILABLE' });
  });

  test.each(['SELECT nothing FROM loads', 'SELEC 1', `SELECT 1 FROM loads WHERE "ECONNREFUSED: table doesn't exist`])(
    'is not what the mistake in %s ends in, whatever words it has',
    async (sql) => {
      expect(await byPrisma(sql)).not.toMatchObject({ code: 'UNAVAILABLE' });
      expect(await byDriver(sql)).not.toMatchObject({ code: 'UNAVAILABLE' });
    },
  );

  test('is what a server that is not there ends in', async () => {
    const refused = createConnection({ host: '127.0.0.1', port: 1 });
    expect(await refused.catch(asUnavailable)).toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('leaves an error without a code alone', () => {
    const error = new Error('ECONNREFUSED');
    expect(asUnavailable(error)).toBe(error);
  });
});
