import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { goodPassword, sessionIn } from '../../fixtures/create-client.ts';
import { openUsers, type Users } from '../../fixtures/open-users.ts';

let users: Users;

beforeAll(async () => {
  users = await openUsers();
});

afterAll(() => users.close());

/** The algorithm, version and cost a hash was made with. */
const methodOf = (hash: string | undefined) => hash?.split('$').slice(1, 4);

describe('login', () => {
  test('gives a session of its own, whatever the case of the address', async () => {
    const first = await users.signUp();
    const second = sessionIn(await users.logIn(first.user.email.toUpperCase()));
    expect(second.user).toEqual(first.user);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(users.claimsOf(second).jti).not.toBe(users.claimsOf(first).jti);
  });

  test('answers a wrong password and an unknown address alike', async () => {
    const { user } = await users.signUp();
    const wrong = await users.logIn(user.email, 'not the password');
    expect(wrong).toEqual({
      data: { session: null },
      errors: [
        {
          message: 'Incorrect email address or password.',
          path: ['session'],
          locations: expect.anything(),
          extensions: { code: 'UNAUTHENTICATED', reason: 'WRONG_CREDENTIALS' },
        },
      ],
    });
    expect(await users.logIn('nobody@example.com')).toEqual(wrong);
    expect(await users.logIn('nobödy@example.com')).toEqual(wrong);
    expect(await users.logIn('')).toEqual(wrong);
  });

  test('does the same work for a wrong password and an unknown address: one comparison at the same cost', async () => {
    const { user } = await users.signUp();
    users.verifiedHashes.length = 0;
    await users.logIn(user.email, 'not the password');
    await users.logIn('nobody@example.com', 'not the password');
    expect(users.verifiedHashes).toHaveLength(2);
    const [known, unknown] = users.verifiedHashes.map(methodOf);
    expect(unknown).toEqual(known);
  });

  test('lets nobody in with the password of the hash that stands for unknown addresses', async () => {
    const { errors } = await users.logIn('nobody@example.com', 'nobody has this password');
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test('forgets the sessions that have expired', async () => {
    const { user } = await users.signUp();
    users.clock.advance(31 * 24 * 3600 * 1000);
    sessionIn(await users.logIn(user.email, goodPassword));
    const families = await users.db.query((client) => client.tokenFamily.count({ where: { userId: user.id } }));
    expect(families).toBe(1);
  });
});
