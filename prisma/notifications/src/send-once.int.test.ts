import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@tributary/testing';
import { type NotificationsDb, openNotificationsDb } from './client.ts';
import { type MailState, sendOnce } from './send-once.ts';

let database: TestDatabase;
let db: NotificationsDb;
beforeEach(async () => {
  database = await createTestDatabase('notifications');
  db = openNotificationsDb(database.url);
});
afterEach(async () => {
  await db.close();
  await database.drop();
});

const attempt = (subjectId: string, send: () => Promise<MailState>) =>
  sendOnce(db, { subjectId, recipient: 'ann@example.com', messageId: '<a@b>' }, send, () => new Date());
const sent = async (): Promise<MailState> => ({ state: 'SENT' });

describe('sendOnce', () => {
  test.each([
    ['a lock wait timeout', 'HY000', 1205],
    ['a deadlock', '40001', 1213],
  ])('is UNAVAILABLE and records nothing when it ends in %s', async (_name, state, errno) => {
    const subjectId = randomUUID();
    const fails = async (): Promise<MailState> => {
      await db.client.$executeRawUnsafe(`SIGNAL SQLSTATE '${state}' SET MYSQL_ERRNO = ${errno}`);
      return { state: 'SENT' };
    };
    await expect(attempt(subjectId, fails)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await attempt(subjectId, sent)).toMatchObject({ state: 'SENT' });
  });

  test('is UNAVAILABLE until the schema is migrated', async () => {
    await db.client.$executeRaw`DROP TABLE emails`;
    await expect(attempt(randomUUID(), sent)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('passes on what send throws, whatever it is', async () => {
    const failure = new Error('no such template');
    const fails = () => Promise.reject(failure);
    await expect(attempt(randomUUID(), fails)).rejects.toBe(failure);
  });
});
