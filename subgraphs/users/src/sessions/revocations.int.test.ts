import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { administrator } from '../../fixtures/create-client.ts';
import { openUsers, type Users } from '../../fixtures/open-users.ts';

let users: Users;
beforeAll(async () => {
  users = await openUsers();
});
afterAll(() => users.close());

const route = () => new URL('/internal/revocations', users.url);

test('revocations are kept in the database and listed for the gateway alone, until the tokens have expired', async () => {
  const { user } = await users.signUp();
  const revokedBefore = users.clock.now().getTime() + 1;
  await users.setPermissions({ userId: user.id, permissions: [] }, administrator);
  expect((await fetch(route())).status).toBe(401);
  const list = async () => (await fetch(route(), { headers: users.internalHeaders() })).json();
  expect(await list()).toEqual({
    revocations: [{ subject: user.id, revokedBefore, expiresAt: revokedBefore - 1 + 960_000 }],
  });
  users.clock.advance(960_001);
  expect(await list()).toEqual({ revocations: [] });
});

test('a logout revokes the access tokens of its session, with and without Redis', async () => {
  const [first, second] = [await users.signUp(), await users.signUp()];
  await users.logOut(first.refreshToken);
  await users.withoutRedis(async () => {
    expect(await users.logOut(second.refreshToken)).toMatchObject({ data: { logout: true } });
  });
  const listed = (await users.revocations.list()).map(({ subject }) => subject);
  for (const session of [first, second]) expect(listed).toContain(users.claimsOf(session).sid);
  expect(await users.revokedBefore(users.claimsOf(first).sid)).not.toBeNull();
});
