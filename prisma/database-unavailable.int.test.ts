import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '@tributary/core';
import { startTcpProxy, type TcpProxy } from '../libs/testing/src/tcp-proxy.ts';
import { createTestDatabase, type TestDatabase } from '../libs/testing/src/test-database.ts';
import { waitFor } from '../libs/testing/src/wait-for.ts';
import { asUnavailable, openEmploymentDb } from './employment/src/index.ts';
import { leaseMail, openNotificationsDb } from './notifications/src/index.ts';
import { createOutboxStore, openUploadsDb } from './uploads/src/index.ts';
import { openUsersDb } from './users/src/index.ts';

interface Subject {
  read(): Promise<unknown>;
  write(): Promise<unknown>;
  close(): Promise<void>;
}

const subjects = {
  users(url: string): Subject {
    const db = openUsersDb(url);
    return {
      read: db.ping,
      write: () => db.transaction((tx) => tx.user.deleteMany({ where: { email: 'nobody' } })),
      close: db.close,
    };
  },
  uploads(url: string): Subject {
    const db = openUploadsDb(url);
    const outbox = createOutboxStore(db, { clock: systemClock, onEvents: () => undefined });
    return { read: db.ping, write: () => outbox.claim(1, 1_000), close: db.close };
  },
  employment(url: string): Subject {
    const db = openEmploymentDb(url);
    const classified = (error: unknown) => Promise.reject(asUnavailable(error));
    return {
      read: () => db.pool.query('SELECT COUNT(*) FROM loads').catch(classified),
      write: () => db.pool.query('DELETE FROM loads').catch(classified),
      close: db.close,
    };
  },
  notifications(url: string): Subject {
    const db = openNotificationsDb(url);
    const mail = { subjectId: 'an-upload', recipient: 'ann@example.com', messageId: '<1@example.com>' };
    return {
      read: () => db.client.email.count(),
      write: () => leaseMail(db, mail, { holder: 'a', leaseMs: 1 }, new Date()),
      close: db.close,
    };
  },
};

describe.each(['users', 'uploads', 'employment', 'notifications'] as const)('the %s database', (name) => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let subject: Subject;

  beforeAll(async () => {
    database = await createTestDatabase(name);
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    proxy = await startTcpProxy(database.url, 3306);
    subject = subjects[name](proxy.proxyUrl(database.url));
  });
  afterEach(async () => {
    await subject.close();
    await proxy.close();
  });

  test('is UNAVAILABLE within 3 seconds while its server is down, and works again soon after it recovered', async () => {
    await subject.read();
    await proxy.stop();
    const since = performance.now();
    await expect(subject.write()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(performance.now() - since).toBeLessThan(3_000);
    await proxy.resume();
    await waitFor(() => subject.write().then(() => true), { timeoutMs: 3_000, what: 'the database' });
    await subject.read();
  });

  test('that restarted while nothing was asked answers the first read and the first write', async () => {
    await Promise.all([subject.read(), subject.read(), subject.read(), subject.write()]);
    await proxy.stop();
    await proxy.resume();
    await subject.read();
    proxy.resetConnections();
    await subject.write();
  });

  test('that was not there at the start is found when it comes', async () => {
    await proxy.stop();
    const early = subject.read();
    await proxy.resume();
    await early;
  });
});
