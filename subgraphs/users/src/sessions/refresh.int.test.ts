import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sessionIn } from '../../fixtures/create-client.ts';
import { openUsers, type Users } from '../../fixtures/open-users.ts';

let users: Users;

beforeAll(async () => {
  users = await openUsers();
});

afterAll(() => users.close());

const message = 'Your session has ended. Please sign in again.';
const refused = { errors: [{ message, extensions: { code: 'UNAUTHENTICATED' } }] };

describe('refreshToken', () => {
  test('gives the next pair of tokens, with what the account may do by now', async () => {
    const first = await users.signUp();
    await users.db.query((client) =>
      client.user.update({ where: { id: first.user.id }, data: { permissions: 'QUERY' } }),
    );
    const second = sessionIn(await users.refresh(first));
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(users.claimsOf(second).permissions).toEqual(['QUERY']);
    sessionIn(await users.refresh(second));
  });

  test('lets two tabs use the same token at the same moment: both go on with a session of their own', async () => {
    const first = await users.signUp();
    const [one, other] = (await Promise.all([users.refresh(first), users.refresh(first)])).map(sessionIn);
    expect(one?.refreshToken).not.toBe(other?.refreshToken);
    users.clock.advance(60_000);
    for (const session of [one, other]) if (session) sessionIn(await users.refresh(session));
  });

  test('takes a used token again for ten seconds after its first use, and not longer', async () => {
    const first = await users.signUp();
    sessionIn(await users.refresh(first));
    users.clock.advance(10_000);
    sessionIn(await users.refresh(first));
    users.clock.advance(1);
    expect(await users.refresh(first)).toMatchObject(refused);
  });

  test('takes a token used later than that for stolen: its whole family ends, and the access tokens given out so far', async () => {
    const first = await users.signUp();
    const elsewhere = sessionIn(await users.logIn(first.user.email));
    const second = sessionIn(await users.refresh(first));
    users.clock.advance(10_001);
    expect(await users.refresh(first)).toMatchObject(refused);
    expect(await users.refresh(second)).toMatchObject(refused);
    expect(await users.revokedBefore(first.user.id)).toBeGreaterThan(users.claimsOf(second).iat * 1000);
    sessionIn(await users.refresh(elsewhere));
  });

  test('ends a stolen family also while Redis is down, and revokes its tokens in the database', async () => {
    const first = await users.signUp();
    const second = sessionIn(await users.refresh(first));
    users.clock.advance(10_001);
    const stolenAt = users.clock.now().getTime();
    expect(await users.withoutRedis(() => users.refresh(first))).toMatchObject(refused);
    expect(await users.refresh(second)).toMatchObject(refused);
    expect(await users.revocations.list()).toContainEqual(
      expect.objectContaining({ subject: first.user.id, revokedBefore: new Date(stolenAt + 1) }),
    );
    users.clock.advance(5_000);
    expect(await users.refresh(first)).toMatchObject(refused);
    expect(await users.revokedBefore(first.user.id)).toBe(stolenAt + 1);
  });

  test('lets a session go on for thirty days after its last use, and not longer', async () => {
    const first = await users.signUp();
    users.clock.advance(29 * 24 * 3600 * 1000);
    const second = sessionIn(await users.refresh(first));
    users.clock.advance(30 * 24 * 3600 * 1000);
    expect(await users.refresh(second)).toMatchObject(refused);
  });

  test.each(['', 'x', 'x'.repeat(100_000), 'żółw'])('refuses a token nobody gave out', async (refreshToken) => {
    expect(await users.refresh({ refreshToken })).toMatchObject(refused);
  });
});

describe('logout', () => {
  test('ends the sessions that came from the same login, and no other', async () => {
    const first = await users.signUp();
    const elsewhere = sessionIn(await users.logIn(first.user.email));
    const second = sessionIn(await users.refresh(first));
    expect(await users.logOut(second.refreshToken)).toEqual({ data: { logout: true } });
    expect(await users.refresh(second)).toMatchObject(refused);
    expect(await users.refresh(first)).toMatchObject(refused);
    sessionIn(await users.refresh(elsewhere));
  });

  test('is true also for a token that has ended or was never given out', async () => {
    const { refreshToken } = await users.signUp();
    await users.logOut(refreshToken);
    for (const token of [refreshToken, 'never given out', '']) {
      expect(await users.logOut(token)).toEqual({ data: { logout: true } });
    }
  });
});
