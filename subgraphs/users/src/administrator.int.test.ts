import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import { openUsersDb } from '@tributary/users-db';
import { goodPassword, sessionIn } from '../fixtures/create-client.ts';
import { openUsers, type Users } from '../fixtures/open-users.ts';
import { createAdministrator, ensureAdministrator } from './administrator.ts';

const root = { email: 'root@example.com', password: goodPassword };
let users: Users;

beforeAll(async () => {
  users = await openUsers();
});

beforeEach(() => users.db.query((client) => client.user.deleteMany()));

afterAll(() => users.close());

test('the administrator signs in with every permission', async () => {
  await createAdministrator(root, users);
  const { user } = sessionIn(await users.logIn(root.email));
  expect(user).toMatchObject({
    name: 'Administrator',
    emailConfirmed: true,
    permissions: ['ADMIN', 'QUERY', 'UPLOAD'],
  });
});

test('seeding again leaves the account as it is, also with another password', async () => {
  await createAdministrator(root, users);
  const before = await users.db.query((client) => client.user.findMany());
  await createAdministrator({ ...root, password: 'another good password' }, users);
  expect(await users.db.query((client) => client.user.findMany())).toEqual(before);
});

test('two processes that seed at the same moment make one account', async () => {
  const other = openUsersDb(users.databaseUrl);
  await Promise.all([createAdministrator(root, users), createAdministrator(root, { ...users, db: other })]);
  await other.close();
  expect(await users.db.query((client) => client.user.count())).toBe(1);
});

test('an account that has the address already is neither raised nor locked out', async () => {
  const { user } = await users.signUp({ email: root.email, password: 'my own password' });
  await createAdministrator(root, users);
  expect(sessionIn(await users.logIn(root.email, 'my own password')).user).toEqual(user);
});

test('at start it is retried until it works, and only the changes are logged', async () => {
  const lines: string[] = [];
  const note = (_fields: object, message: string) => void lines.push(message);
  let attempts = 0;
  const db: typeof users.db = {
    ...users.db,
    query(work) {
      attempts += 1;
      return attempts < 4 ? Promise.reject(new Error('The database is down')) : users.db.query(work);
    },
  };
  const seeding = ensureAdministrator(root, { ...users, db, log: { info: note, warn: note } });
  await expect(seeding.assertDone()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await waitFor(() => lines.length === 2);
  await seeding.assertDone();
  await seeding.stop();
  expect(lines).toEqual(['administrator not created, retrying', 'administrator created']);
  sessionIn(await users.logIn(root.email));
});

test('a stop ends the retries', async () => {
  const db = { ...users.db, query: () => Promise.reject(new Error('The database is down')) };
  const seeding = ensureAdministrator(root, { ...users, db, log: { info: () => undefined, warn: () => undefined } });
  await seeding.stop();
  await expect(seeding.assertDone()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
