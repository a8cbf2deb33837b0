import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, startTcpProxy, type TcpProxy, type TestDatabase, waitFor } from '@tributary/testing';
import { openPrismaEmploymentDb, type PrismaEmploymentDb } from '../fixtures/prisma-db.ts';
import { asUnavailable } from './client.ts';

let database: TestDatabase;
let admin: PrismaEmploymentDb;
let proxy: TcpProxy;

beforeAll(async () => {
  database = await createTestDatabase('employment');
  admin = openPrismaEmploymentDb(database.url);
  proxy = await startTcpProxy(database.url, 3306);
});

afterAll(async () => {
  await proxy.close();
  await admin.close();
  await database.drop();
});

/** The three ways to the database; each runs one statement and rejects with the error classified. */
const ways: [string, (db: PrismaEmploymentDb, sql: string) => Promise<unknown>][] = [
  ['a Prisma query', (db, sql) => db.client.$executeRawUnsafe(sql).catch(rejectClassified)],
  [
    'a Prisma transaction',
    (db, sql) => db.client.$transaction((tx) => tx.$executeRawUnsafe(sql)).catch(rejectClassified),
  ],
  ['the driver', (db, sql) => db.pool.query(sql).catch(rejectClassified)],
];

const rejectClassified = (error: unknown) => Promise.reject(asUnavailable(error));

async function using<T>(url: string, work: (db: PrismaEmploymentDb) => Promise<T>): Promise<T> {
  const db = openPrismaEmploymentDb(url);
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

const withParameter = (url: string, change: (url: URL) => void) => {
  const changed = new URL(url);
  change(changed);
  return changed.href;
};

const insertDepartments = (...ids: number[]) =>
  `INSERT INTO departments (id, name, sequence, first_sequence, upload_id) VALUES ${ids.map((id) => `(${id}, 'a', 1, 1, '')`)}`;

/** A statement that holds its connection, and a marker by which to find it. */
function slowStatement() {
  const marker = `slow ${randomInt(2 ** 40)}`;
  const running = async () => {
    const sql =
      "SELECT id FROM information_schema.processlist WHERE command <> 'Sleep' AND info LIKE ? AND id <> CONNECTION_ID()";
    const rows: { id: number }[] = await admin.pool.query(sql, [`DO SLEEP%${marker}%`]);
    return rows[0]?.id;
  };
  return { sql: `DO SLEEP(20), '${marker}'`, untilRunning: () => waitFor(running, { what: 'the slow statement' }) };
}

describe.each(ways)('by %s', (_way, run) => {
  test('a server that does not listen is UNAVAILABLE', async () => {
    const url = withParameter(database.url, (changed) => {
      changed.port = '1';
    });
    await using(url, (db) => expect(run(db, 'DO 1')).rejects.toMatchObject({ code: 'UNAVAILABLE' }));
  });

  test('a refused login is UNAVAILABLE', async () => {
    const url = withParameter(database.url, (changed) => {
      changed.username = 'nobody_here';
    });
    await using(url, (db) => expect(run(db, 'DO 1')).rejects.toMatchObject({ code: 'UNAVAILABLE' }));
  });

  test('a connection that is killed is UNAVAILABLE', async () => {
    await using(database.url, async (db) => {
      const { sql, untilRunning } = slowStatement();
      const running = expect(run(db, sql)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await admin.pool.query(`KILL ${await untilRunning()}`);
      await running;
    });
  });

  test('a server that goes in the middle of a statement is UNAVAILABLE', async () => {
    await using(proxy.proxyUrl(database.url), async (db) => {
      const { sql, untilRunning } = slowStatement();
      const running = expect(run(db, sql)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await untilRunning();
      await proxy.stop();
      await running;
      await proxy.resume();
    });
  });

  test('a table that is not migrated yet is UNAVAILABLE', async () => {
    await expect(run(admin, 'DELETE FROM not_migrated_yet')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test.each([
    'UPDATE loads SET nothing = 1',
    'SELEC 1',
    `DELETE FROM loads WHERE nothing = "ECONNREFUSED: table doesn't exist"`,
    insertDepartments(7, 7),
  ])('the mistake in %s stays what it is', async (sql) => {
    await expect(run(admin, sql)).rejects.not.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

test('a server that goes between two statements of a transaction is UNAVAILABLE, and nothing is kept', async () => {
  await using(proxy.proxyUrl(database.url), async (db) => {
    const work = db.client.$transaction(async (tx) => {
      await tx.$executeRawUnsafe(insertDepartments(9));
      proxy.resetConnections();
      await tx.$executeRaw`UPDATE departments SET name = 'never' WHERE id = 9`;
    });
    await expect(work.catch(rejectClassified)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await db.client.department.findUnique({ where: { id: 9 } })).toBeNull();
  });
});

test('a deadlock or a lock wait that ended is UNAVAILABLE', async () => {
  const holder = await admin.pool.getConnection();
  await holder.query('BEGIN');
  await holder.query(insertDepartments(11));
  const impatient = admin.client.$transaction(async (tx) => {
    await tx.$executeRaw`SET SESSION innodb_lock_wait_timeout = 1`;
    await tx.$executeRaw`DELETE FROM departments WHERE id = 11`;
  });
  await expect(impatient.catch(rejectClassified)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await holder.query('ROLLBACK');
  await holder.release();
});

test('an error without a code stays what it is', () => {
  const error = new Error('ECONNREFUSED');
  expect(asUnavailable(error)).toBe(error);
});

test('a pool whose connections are all in use is waited for longer than an unavailable server, then UNAVAILABLE', async () => {
  const url = withParameter(database.url, (changed) => changed.searchParams.set('connectionLimit', '1'));
  await using(url, async (db) => {
    await db.client.$queryRaw`SELECT 1`;
    const only = await db.pool.getConnection();
    const patient = db.pool.query('DO 1');
    await only.query('DO SLEEP(4)');
    await only.release();
    await patient;
    const again = await db.pool.getConnection();
    await expect(db.pool.query('DO 1').catch(rejectClassified)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await again.release();
  });
});
