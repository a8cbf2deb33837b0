import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { systemClock as clock, createLog } from '@tributary/core';
import { type MailState, type NotificationsDb, openNotificationsDb } from '@tributary/notifications-db';
import { createTestDatabase, startTcpProxy, type TestDatabase } from '@tributary/testing';
import { openMailJournal } from './mail-journal.ts';
import { createMailSender } from './mail-sender.ts';

const log = createLog('test', 'silent');
const { signal } = new AbortController();
const aMail = () => ({ subjectId: randomUUID(), recipient: 'ann@example.com', messageId: '<a@b>' });

let database: TestDatabase;
let direct: NotificationsDb;
const closers: (() => Promise<unknown> | unknown)[] = [];
beforeAll(async () => {
  database = await createTestDatabase('notifications');
  direct = openNotificationsDb(database.url);
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(async () => {
  await direct.close();
  await database.drop();
});

/** A mail server that takes a mail when `take` is called; counts them. */
function aServer(takesAtOnce = false) {
  const waiting: (() => void)[] = [];
  let mails = 0;
  const send = async (): Promise<MailState> => {
    if (!takesAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    mails += 1;
    return { state: 'SENT' };
  };
  return {
    send,
    take: () => {
      for (const resolve of waiting.splice(0)) resolve();
    },
    waiting: () => waiting.length,
    mails: () => mails,
  };
}

/** As a process of its own, on its own way to the database. */
async function aProcess(directory?: string) {
  const proxy = await startTcpProxy(database.url, 3306);
  const db = openNotificationsDb(proxy.proxyUrl(database.url));
  const mails = createMailSender({ db, journal: openMailJournal(directory, log), clock, log });
  closers.push(
    () => proxy.close(),
    () => db.close(),
    () => mails.close(),
    () => proxy.resume(),
  );
  return { mails, proxy, db };
}

const until = async (condition: () => boolean) => {
  while (!condition()) await clock.sleep(5);
};

test('a mail that the server took is sent once, though the database is lost before that can be recorded', async () => {
  const [server, mail, { mails, proxy }] = [aServer(), aMail(), await aProcess()];
  const sending = mails.sendOnce(mail, server.send, { signal });
  await until(() => server.waiting() === 1);
  await proxy.stop();
  server.take();
  const again = mails.sendOnce(mail, server.send, { signal });
  await until(() => server.mails() === 1);
  await proxy.resume();
  expect(await sending).toMatchObject({ state: 'SENT' });
  expect(await again).toMatchObject({ state: 'SENT' });
  const other = await aProcess();
  expect(await other.mails.sendOnce(mail, server.send, { signal })).toMatchObject({ state: 'SENT' });
  expect(server.mails()).toBe(1);
});

test('a delivery that is lost meanwhile ends, and the next one of the same mail finds it sent', async () => {
  const [server, mail, { mails, proxy }] = [aServer(), aMail(), await aProcess()];
  const lost = new AbortController();
  const sending = mails.sendOnce(mail, server.send, { signal: lost.signal });
  await until(() => server.waiting() === 1);
  await proxy.stop();
  server.take();
  await until(() => server.mails() === 1);
  lost.abort();
  await expect(sending).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await proxy.resume();
  expect(await mails.sendOnce(mail, server.send, { signal })).toMatchObject({ state: 'SENT' });
  expect(server.mails()).toBe(1);
});

test('a mail that the server took is not sent again after a kill before that was recorded', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'mail-journal-'));
  closers.push(() => rm(directory, { recursive: true }));
  const [server, mail, killed] = [aServer(), aMail(), await aProcess(directory)];
  const stopped = new AbortController();
  const sending = killed.mails.sendOnce(mail, server.send, { signal: stopped.signal });
  await until(() => server.waiting() === 1);
  await killed.proxy.stop();
  server.take();
  await until(() => server.mails() === 1);
  stopped.abort();
  await expect(sending).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  const next = await aProcess(directory);
  expect(await next.mails.sendOnce(mail, server.send, { signal })).toMatchObject({ state: 'SENT' });
  expect(server.mails()).toBe(1);
  await next.mails.close();
  expect(openMailJournal(directory, log).leftOver).toEqual([]);
});

test('a mail that another process is sending waits; one whose process died is sent when the lease has run out', async () => {
  const [server, mail, first, second] = [aServer(), aMail(), await aProcess(), await aProcess()];
  const sending = first.mails.sendOnce(mail, server.send, { signal });
  await until(() => server.waiting() === 1);
  await expect(second.mails.sendOnce(mail, server.send, { signal })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  server.take();
  await sending;
  const left = aMail();
  await direct.client.email.create({
    data: { ...left, state: 'PENDING', createdAt: new Date(), holder: randomUUID(), leasedUntil: new Date(0) },
  });
  const ready = aServer(true);
  expect(await second.mails.sendOnce(left, ready.send, { signal })).toMatchObject({ state: 'SENT' });
  expect([server.mails(), ready.mails()]).toEqual([1, 1]);
});

test('more mails than the pool has connections leave the database to others while the server talks', async () => {
  const [server, { mails, db }] = [aServer(), await aProcess()];
  const sendings = Array.from({ length: 8 }, () => mails.sendOnce(aMail(), server.send, { signal }));
  await until(() => server.waiting() === 8);
  expect(db.pool.activeConnections()).toBe(0);
  server.take();
  await Promise.all(sendings);
});

test('what the server says for now passes on, whatever it is, and the mail can be sent at once by another process', async () => {
  const [server, mail, first, second] = [aServer(true), aMail(), await aProcess(), await aProcess()];
  const failure = new Error('no such template');
  await expect(first.mails.sendOnce(mail, () => Promise.reject(failure), { signal })).rejects.toBe(failure);
  expect(await second.mails.sendOnce(mail, server.send, { signal })).toMatchObject({ state: 'SENT' });
});
