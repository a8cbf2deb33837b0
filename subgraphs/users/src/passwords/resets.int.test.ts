import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { resetRequested } from '@tributary/events';
import { aRegistration, goodPassword, sessionIn } from '../../fixtures/create-client.ts';
import { openUsers, type Users } from '../../fixtures/open-users.ts';

let users: Users;
beforeAll(async () => {
  users = await openUsers();
});
afterAll(() => users.close());
beforeEach(() => users.db.query((client) => client.outboxMessage.deleteMany()));

const newPassword = 'another good password';
const refusal = (code: string) => ({ errors: [{ extensions: { code } }] });
const refused = {
  errors: [{ extensions: { code: 'BAD_USER_INPUT', reason: 'LINK_TOKEN_INVALID' } }],
};

/** What lies in the outbox for the notifier, in order. */
async function requested() {
  const rows = await users.db.query((client) => client.outboxMessage.findMany({ orderBy: { id: 'asc' } }));
  return rows.map(({ type, body }) => {
    expect(type).toBe(resetRequested.type);
    return resetRequested.body.parse(JSON.parse(body));
  });
}

/** Asks for a mail, and gives the token in it. */
async function askFor(email: string): Promise<string> {
  const answer = await users.requestReset(email);
  expect(answer).toEqual({ data: { requestPasswordReset: true } });
  const token = (await requested()).findLast(({ user }) => user.email === email)?.token;
  if (token === undefined) throw new Error('no mail was asked for');
  return token;
}

describe('requestPasswordReset', () => {
  test('has a mail sent with a token of 256 bits, of which the database keeps the hash alone', async () => {
    const { user } = await users.signUp();
    const token = await askFor(user.email);
    const [message] = await requested();
    expect(message?.user).toEqual({ email: user.email, name: user.name });
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const resets = await users.db.query((client) => client.passwordReset.findMany({ where: { userId: user.id } }));
    expect(resets).toMatchObject([
      { id: message?.resetId, endedAt: null, expiresAt: new Date(message?.expiresAt ?? 0) },
    ]);
    expect(JSON.stringify(resets)).not.toContain(token);
  });

  test.each(['nobody@example.com', 'größe@example.com', 'no address', ''])(
    'answers the same for %j, which has no account, and sends nothing',
    async (email) => {
      expect(await users.requestReset(email)).toEqual({ data: { requestPasswordReset: true } });
      expect(await requested()).toEqual([]);
    },
  );

  test('sends no more while three links are valid, also when asked for at once, and answers the same', async () => {
    const { user } = await users.signUp();
    const answers = await Promise.all(Array.from({ length: 5 }, () => users.requestReset(user.email)));
    expect(answers).toEqual(Array(5).fill({ data: { requestPasswordReset: true } }));
    expect(await requested()).toHaveLength(3);
    users.clock.advance(31 * 60_000);
    await users.requestReset(user.email);
    expect(await requested()).toHaveLength(4);
  });

  test('asking again, as anybody can, leaves the links that were sent before as they are', async () => {
    const { user } = await users.signUp();
    const first = await askFor(user.email);
    const second = await askFor(user.email);
    expect(sessionIn(await users.resetPassword({ token: first, newPassword })).user.id).toBe(user.id);
    expect(await users.resetPassword({ token: second, newPassword })).toMatchObject(refused);
  });
});

describe('resetPassword', () => {
  test('lets the new password in, and the old one no more', async () => {
    const { user } = await users.signUp();
    const token = await askFor(user.email);
    expect(sessionIn(await users.resetPassword({ token, newPassword })).user.id).toBe(user.id);
    sessionIn(await users.logIn(user.email, newPassword));
    expect(await users.logIn(user.email, goodPassword)).toMatchObject(refusal('UNAUTHENTICATED'));
  });

  test('ends all sessions and refuses all earlier access tokens, and gives a session that goes on', async () => {
    const before = await users.signUp();
    const reset = sessionIn(await users.resetPassword({ token: await askFor(before.user.email), newPassword }));
    expect(await users.refresh(before)).toMatchObject(refusal('UNAUTHENTICATED'));
    const revokedBefore = (await users.revokedBefore(before.user.id)) ?? 0;
    expect(users.claimsOf(before).iat * 1000).toBeLessThan(revokedBefore);
    expect(users.claimsOf(reset).iat * 1000).toBeGreaterThan(revokedBefore);
    sessionIn(await users.refresh(reset));
  });

  test('works once for each token, also when used twice at once', async () => {
    const { user } = await users.signUp();
    const token = await askFor(user.email);
    const passwords = ['the first new password', 'the second new password'];
    const answers = await Promise.all(passwords.map((one) => users.resetPassword({ token, newPassword: one })));
    const won = answers.findIndex(({ errors }) => errors === undefined);
    expect(answers[1 - won]).toMatchObject(refused);
    sessionIn(await users.logIn(user.email, passwords[won]));
    expect(await users.resetPassword({ token, newPassword })).toMatchObject(refused);
  });

  test('refuses a wrong and an expired token in the same words', async () => {
    const { user } = await users.signUp();
    const token = await askFor(user.email);
    expect(await users.resetPassword({ token: 'a'.repeat(43), newPassword })).toMatchObject(refused);
    users.clock.advance(30 * 60_000);
    expect(await users.resetPassword({ token, newPassword })).toMatchObject(refused);
    sessionIn(await users.logIn(user.email, goodPassword));
  });

  test('refuses a token asked for before the password was changed', async () => {
    const { user } = await users.signUp();
    const token = await askFor(user.email);
    sessionIn(await users.changePassword({ currentPassword: goodPassword, newPassword }, user));
    expect(await users.resetPassword({ token, newPassword: 'a third good password' })).toMatchObject(refused);
  });

  test('leaves the token valid when the new password breaks the rules or Redis is unavailable', async () => {
    const { user } = await users.signUp(aRegistration());
    const token = await askFor(user.email);
    expect(await users.resetPassword({ token, newPassword: 'pa55' })).toMatchObject(refusal('BAD_USER_INPUT'));
    const withoutRedis = await users.withoutRedis(() => users.resetPassword({ token, newPassword }));
    expect(withoutRedis).toMatchObject(refusal('UNAVAILABLE'));
    sessionIn(await users.logIn(user.email, goodPassword));
    sessionIn(await users.resetPassword({ token, newPassword }));
  });
});
