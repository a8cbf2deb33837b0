import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { openUsersDb } from '@tributary/users-db';
import { goodPassword, sessionIn } from '../fixtures/create-client.ts';
import { openUsers, type Users } from '../fixtures/open-users.ts';
import { seedAdministrator } from './seed-administrator.ts';

const root = { email: 'root@example.com', password: goodPassword };
let users: Users;

beforeAll(async () => {
  users = await openUsers();
});

beforeEach(() => users.db.query((client) => client.user.deleteMany()));

afterAll(() => users.close());

test('the administrator signs in with every permission', async () => {
  await seedAdministrator(root, users);
  const { user } = sessionIn(await users.logIn(root.email));
  expect(user).toMatchObject({ name: 'Administrator', permissions: ['ADMIN', 'QUERY', 'UPLOAD'] });
});

test('seeding again leaves the account as it is, also with another password', async () => {
  await seedAdministrator(root, users);
  const before = await users.db.query((client) => client.user.findMany());
  await seedAdministrator({ ...root, password: 'another good password' }, users);
  expect(await users.db.query((client) => client.user.findMany())).toEqual(before);
});

test('two processes that seed at the same moment make one account', async () => {
  const other = openUsersDb(users.databaseUrl);
  await Promise.all([seedAdministrator(root, users), seedAdministrator(root, { ...users, db: other })]);
  await other.close();
  expect(await users.db.query((client) => client.user.count())).toBe(1);
});

test('an account that has the address already is neither raised nor locked out', async () => {
  const { user } = await users.signUp({ email: root.email, password: 'my own password' });
  await seedAdministrator(root, users);
  expect(sessionIn(await users.logIn(root.email, 'my own password')).user).toEqual(user);
});
