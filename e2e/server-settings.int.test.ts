import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { goodPassword } from '../subgraphs/users/fixtures/create-client.ts';
import { openUsers, type Users } from '../subgraphs/users/fixtures/open-users.ts';
import { openPrivateMariadb } from './open-private-mariadb.ts';

let server: Awaited<ReturnType<typeof openPrivateMariadb>>;

beforeAll(async () => {
  server = await openPrivateMariadb();
  process.env.MARIADB_URL = server.url;
}, 120_000);

afterAll(() => server?.close(), 60_000);

describe('on a server whose strings have no backslash escapes', () => {
  let users: Users;

  beforeAll(async () => {
    await server.query("SET GLOBAL sql_mode = 'NO_BACKSLASH_ESCAPES'");
    users = await openUsers();
  });
  afterAll(() => users?.close());

  test.each(["' or permissions like 0x41444d494e25 limit 1 #", "') or permissions like 0x41444d494e25 limit 1 #"])(
    'the address %s signs nobody in',
    async (address) => {
      const { user } = await users.signUp();
      await users.db.query((client) => client.user.update({ where: { id: user.id }, data: { permissions: 'ADMIN' } }));
      const answer = await users.logIn(address, goodPassword);
      expect(answer).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    },
  );
});
