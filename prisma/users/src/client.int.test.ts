import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createEmptyDatabase, openTestDatabase } from '@tributary/testing';
import { isDuplicate, openUsersDb } from './client.ts';

const { db, close } = await openTestDatabase('users', (url) => openUsersDb(url, { connections: 2 }));
afterAll(close);

const aUser = (change: Partial<{ email: string; createdAt: Date }> = {}) => ({
  email: `${randomUUID()}@example.com`,
  name: 'Ada',
  passwordHash: 'a hash',
  createdAt: new Date(),
  ...change,
});

describe('the users database', () => {
  test('keeps a moment to the millisecond, in UTC', async () => {
    const createdAt = new Date('2026-07-01T00:30:00.123Z');
    const { id } = await db.query((client) => client.user.create({ data: aUser({ createdAt }) }));
    expect(await db.query((client) => client.user.findUnique({ where: { id } }))).toMatchObject({ createdAt });
    const rows = await db.query(
      (client) => client.$queryRaw`
      SELECT CAST(created_at AS CHAR) AS stored, @@session.time_zone AS zone FROM users WHERE id = ${id}`,
    );
    expect(rows).toEqual([{ stored: '2026-07-01 00:30:00.123', zone: '+00:00' }]);
  });

  test('takes each address once, in whatever case', async () => {
    const { email } = await db.query((client) => client.user.create({ data: aUser() }));
    const again = db.query((client) => client.user.create({ data: aUser({ email: email.toUpperCase() }) }));
    expect(await again.then(() => false, isDuplicate)).toBe(true);
  });

  test('keeps nothing of a transaction that throws', async () => {
    const data = aUser();
    const work = db.transaction(async (tx) => {
      await tx.user.create({ data });
      throw new Error('changed its mind');
    });
    await expect(work).rejects.toThrow('changed its mind');
    expect(await db.query((client) => client.user.findUnique({ where: { email: data.email } }))).toBeNull();
  });

  test('answers a ping only once it is there and migrated; until then it is UNAVAILABLE', async () => {
    await db.ping();
    const missing = openUsersDb(createEmptyDatabase('users').url);
    await expect(missing.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await missing.close();
  });
});
