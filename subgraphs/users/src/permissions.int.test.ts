import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { administrator, type Session, sessionIn } from '../fixtures/create-client.ts';
import { openUsers, type Users } from '../fixtures/open-users.ts';

let users: Users;
let ada: Session;

beforeAll(async () => {
  users = await openUsers();
});

beforeEach(async () => {
  await users.db.query((client) => client.user.deleteMany());
  ada = await users.signUp();
});

afterAll(() => users.close());

const refusal = (code: string) => ({ errors: [{ extensions: { code } }] });
const permissionsOf = async (userId: string) =>
  (await users.db.query((client) => client.user.findUnique({ where: { id: userId } })))?.permissions;

async function anAdministrator() {
  const { user } = await users.signUp();
  await users.db.query((client) => client.user.update({ where: { id: user.id }, data: { permissions: 'ADMIN' } }));
  return { ...user, permissions: ['ADMIN'] };
}

describe('setPermissions', () => {
  test('replaces the permissions, each kept once, from the next refresh on; ADMIN includes every other', async () => {
    const input = { userId: ada.user.id, permissions: ['QUERY', 'ADMIN', 'QUERY'] };
    const { data } = await users.setPermissions(input, administrator);
    expect(data).toEqual({ setPermissions: { id: ada.user.id, permissions: ['ADMIN', 'QUERY'] } });
    const next = sessionIn(await users.refresh(ada));
    expect(users.claimsOf(next).permissions).toEqual(['ADMIN', 'QUERY', 'UPLOAD']);
  });

  test('has the tokens with the old permissions refused, also of the same millisecond, and no later ones', async () => {
    await users.setPermissions({ userId: ada.user.id, permissions: [] }, administrator);
    const revokedBefore = await users.revokedBefore(ada.user.id);
    expect(users.claimsOf(ada).iat * 1000).toBeLessThan(revokedBefore ?? 0);
    users.clock.advance(1);
    const next = sessionIn(await users.refresh(ada));
    expect(users.claimsOf(next).iat * 1000).toBe(revokedBefore);
  });

  test('refuses no token where nothing changes', async () => {
    await users.setPermissions({ userId: ada.user.id, permissions: ['UPLOAD'] }, administrator);
    expect(await users.revokedBefore(ada.user.id)).toBeNull();
  });

  test.each([
    ['somebody anonymous', null, 'UNAUTHENTICATED'],
    ['somebody without ADMIN', { ...administrator, permissions: ['UPLOAD', 'QUERY'] }, 'FORBIDDEN'],
  ])('is refused to %s', async (_case, viewer, code) => {
    const answer = await users.setPermissions({ userId: ada.user.id, permissions: ['ADMIN'] }, viewer);
    expect(answer).toMatchObject(refusal(code));
    expect(await permissionsOf(ada.user.id)).toBe('UPLOAD');
  });

  test('is NOT_FOUND for a user that is none, and BAD_USER_INPUT for a permission that is none', async () => {
    const unknown = await users.setPermissions({ userId: 'nobody', permissions: ['ADMIN'] }, administrator);
    expect(unknown).toMatchObject({
      errors: [{ message: 'There is no user "nobody".', extensions: { code: 'NOT_FOUND', reason: 'USER_NOT_FOUND' } }],
    });
    const input = { userId: ada.user.id, permissions: ['SUDO'] };
    expect(await users.setPermissions(input, administrator)).toMatchObject(refusal('BAD_USER_INPUT'));
  });

  test('never takes ADMIN from the last one who has it', async () => {
    const last = await anAdministrator();
    const answer = await users.setPermissions({ userId: last.id, permissions: ['QUERY'] }, last);
    expect(answer).toMatchObject(refusal('CONFLICT'));
    expect(await permissionsOf(last.id)).toBe('ADMIN');
    expect(await users.revokedBefore(last.id)).toBeNull();
  });

  test('leaves one administrator when two take ADMIN from each other at the same moment', async () => {
    const [one, other] = [await anAdministrator(), await anAdministrator()];
    const answers = await Promise.all([
      users.setPermissions({ userId: other.id, permissions: [] }, one),
      users.setPermissions({ userId: one.id, permissions: [] }, other),
    ]);
    expect(answers.map(({ errors }) => errors?.[0]?.extensions.code).sort()).toEqual(['CONFLICT', undefined]);
    expect([await permissionsOf(one.id), await permissionsOf(other.id)].sort()).toEqual(['', 'ADMIN']);
  });

  test('is UNAVAILABLE while Redis is down, and then has changed nothing', async () => {
    const input = { userId: ada.user.id, permissions: ['ADMIN'] };
    const answer = await users.withoutRedis(() => users.setPermissions(input, administrator));
    expect(answer).toMatchObject(refusal('UNAVAILABLE'));
    expect(await permissionsOf(ada.user.id)).toBe('UPLOAD');
  });
});
