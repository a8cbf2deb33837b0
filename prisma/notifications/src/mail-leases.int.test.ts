import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openTestDatabase } from '@tributary/testing';
import { type NotificationsDb, openNotificationsDb } from './client.ts';
import { endLease, leaseMail, recordMail, renewLease } from './mail-leases.ts';

let db: NotificationsDb;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ db, close } = await openTestDatabase('notifications', openNotificationsDb));
});
afterAll(() => close());

const at = new Date('2026-01-02T03:04:05.678Z');
const aMail = () => ({ subjectId: randomUUID(), recipient: 'ann@example.com', messageId: '<a@b>' });
const lease = (mail: ReturnType<typeof aMail>, holder: string, leaseMs = 60_000) =>
  leaseMail(db, mail, { holder, leaseMs }, at);

test('a mail is leased to one holder at a time, until that ends the lease or lets it run out', async () => {
  const mail = aMail();
  const leases = await Promise.all(['a', 'b', 'c'].map((holder) => lease(mail, holder)));
  expect(leases.toSorted()).toEqual(['busy', 'busy', 'leased']);
  const holder = ['a', 'b', 'c'][leases.indexOf('leased')] ?? '';
  expect(await lease(mail, holder, 0)).toBe('leased');
  await renewLease(db, mail.subjectId, { holder, leaseMs: 60_000 });
  expect(await lease(mail, 'd')).toBe('busy');
  await endLease(db, mail.subjectId, 'd');
  expect(await lease(mail, 'd')).toBe('busy');
  await endLease(db, mail.subjectId, holder);
  expect(await lease(mail, 'd', -1_000)).toBe('leased');
  expect(await lease(mail, 'e')).toBe('leased');
});

test('what is recorded is how the mail ended, for every later lease; a mail that was sent stays sent', async () => {
  const mail = aMail();
  await lease(mail, 'a');
  const refusal = '550 5.1.1 No such user';
  await recordMail(db, mail.subjectId, { state: 'UNDELIVERABLE', refusal, at }, { type: 't', body: { n: 1 } });
  expect(await lease(mail, 'b')).toMatchObject({ state: 'UNDELIVERABLE', refusal });
  await recordMail(db, mail.subjectId, { state: 'SENT', at });
  await recordMail(db, mail.subjectId, { state: 'UNDELIVERABLE', refusal, at });
  expect(await lease(mail, 'b')).toEqual({ state: 'SENT', at });
});

test('is UNAVAILABLE until the schema is migrated', async () => {
  const empty = await openTestDatabase('notifications', openNotificationsDb);
  await empty.db.client.$executeRaw`DROP TABLE emails`;
  await expect(leaseMail(empty.db, aMail(), { holder: 'a', leaseMs: 1 }, at)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
  });
  await empty.close();
});
