import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { goodPassword, sessionIn } from '../../fixtures/create-client.ts';
import { openUsers, type Users } from '../../fixtures/open-users.ts';

let users: Users;

beforeAll(async () => {
  users = await openUsers();
});

afterAll(() => users.close());

const refusal = (code: string) => ({ errors: [{ extensions: { code } }] });
const change = { currentPassword: goodPassword, newPassword: 'another good password' };

describe('changePassword', () => {
  test('lets the new password in, and the old one no more', async () => {
    const { user } = await users.signUp();
    sessionIn(await users.changePassword(change, user));
    sessionIn(await users.logIn(user.email, change.newPassword));
    expect(await users.logIn(user.email, goodPassword)).toMatchObject(refusal('UNAUTHENTICATED'));
  });

  test('ends all sessions, and gives a new one that goes on', async () => {
    const first = await users.signUp();
    const elsewhere = sessionIn(await users.logIn(first.user.email));
    const changed = sessionIn(await users.changePassword(change, first.user));
    expect(await users.refresh(first)).toMatchObject(refusal('UNAUTHENTICATED'));
    expect(await users.refresh(elsewhere)).toMatchObject(refusal('UNAUTHENTICATED'));
    sessionIn(await users.refresh(changed));
  });

  test('has all access tokens refused that were given out before, also in the same millisecond, but not the new one', async () => {
    const before = await users.signUp();
    const changed = sessionIn(await users.changePassword(change, before.user));
    const revokedBefore = await users.revokedBefore(before.user.id);
    expect(users.claimsOf(before).iat * 1000).toBeLessThan(revokedBefore ?? 0);
    expect(users.claimsOf(changed).iat * 1000).toBeGreaterThan(revokedBefore ?? Number.POSITIVE_INFINITY);
  });

  test('changes nothing when the current password is wrong', async () => {
    const session = await users.signUp();
    const wrong = await users.changePassword({ ...change, currentPassword: 'not the password' }, session.user);
    expect(wrong).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT', reason: 'CURRENT_PASSWORD_WRONG' } }],
    });
    expect(await users.revokedBefore(session.user.id)).toBeNull();
    sessionIn(await users.logIn(session.user.email));
    sessionIn(await users.refresh(session));
  });

  test('refuses a new password that breaks the rules, and repeats it nowhere', async () => {
    const { user } = await users.signUp();
    const answer = await users.changePassword({ ...change, newPassword: 'pa55' }, user);
    expect(answer).toMatchObject(refusal('BAD_USER_INPUT'));
    expect(JSON.stringify(answer)).not.toContain('pa55');
  });

  test('lets one of two changes at the same moment win; the other is CONFLICT', async () => {
    const { user } = await users.signUp();
    const passwords = ['the first new password', 'the second new password'];
    const answers = await Promise.all(
      passwords.map((newPassword) => users.changePassword({ currentPassword: goodPassword, newPassword }, user)),
    );
    const won = answers.findIndex(({ errors }) => errors === undefined);
    expect(answers[1 - won]?.errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
    sessionIn(await users.logIn(user.email, passwords[won]));
  });

  test('is UNAVAILABLE while Redis is down, and then has changed nothing', async () => {
    const session = await users.signUp();
    const answer = await users.withoutRedis(() => users.changePassword(change, session.user));
    expect(answer).toMatchObject(refusal('UNAVAILABLE'));
    sessionIn(await users.logIn(session.user.email, goodPassword));
    sessionIn(await users.refresh(session));
    const families = await users.db.query((client) => client.tokenFamily.count({ where: { userId: session.user.id } }));
    expect(families).toBe(2);
  });

  test('needs somebody who is signed in and has an account', async () => {
    expect(await users.changePassword(change, null)).toMatchObject(refusal('UNAUTHENTICATED'));
    const { user } = await users.signUp();
    await users.db.query((client) => client.user.delete({ where: { id: user.id } }));
    expect(await users.changePassword(change, user)).toMatchObject(refusal('UNAUTHENTICATED'));
  });
});
