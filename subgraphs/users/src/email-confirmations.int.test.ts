import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { confirmationRequested, resetRequested } from '@tributary/events';
import { sessionIn } from '../fixtures/create-client.ts';
import { openUsers, type Users } from '../fixtures/open-users.ts';

let users: Users;
beforeAll(async () => {
  users = await openUsers({ emailConfirmation: 'required' });
});
afterAll(() => users.close());
beforeEach(() => users.db.query((client) => client.outboxMessage.deleteMany()));

const aDayMs = 24 * 60 * 60_000;
const refused = {
  errors: [{ extensions: { code: 'BAD_USER_INPUT', reason: 'LINK_TOKEN_INVALID' } }],
};

async function outbox() {
  const rows = await users.db.query((client) => client.outboxMessage.findMany({ orderBy: { id: 'asc' } }));
  return rows.map(({ type, body }) => ({ type, body: JSON.parse(body) }));
}

/** The tokens mailed to the address, in order. */
const tokensFor = async (email: string) =>
  (await outbox())
    .filter(({ type }) => type === confirmationRequested.type)
    .map(({ body }) => confirmationRequested.body.parse(body))
    .flatMap(({ user, token }) => (user.email === email ? [token] : []));

const tokenFor = async (email: string) => (await tokensFor(email)).at(-1) ?? '';

describe('a new account', () => {
  test('is mailed a link, whose token the database keeps only as a hash; the mail has nothing its creator wrote', async () => {
    const session = await users.signUp({ name: 'Win a prize' });
    expect(session.user.emailConfirmed).toBe(false);
    expect(users.claimsOf(session).emailConfirmed).toBe(false);
    const [message, ...more] = await outbox();
    expect(more).toEqual([]);
    expect(message?.type).toBe('users.confirmation.requested');
    expect(JSON.stringify(message)).not.toContain('Win a prize');
    const token = await tokenFor(session.user.email);
    const rows = await users.db.query((client) =>
      client.emailConfirmation.findMany({ where: { userId: session.user.id } }),
    );
    expect(rows).toMatchObject([{ expiresAt: new Date(users.clock.now().getTime() + aDayMs) }]);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  test('is confirmed by the token; access tokens say so from the next refresh on', async () => {
    const session = await users.signUp();
    expect(await users.confirmEmail(await tokenFor(session.user.email))).toEqual({ data: { confirmEmail: true } });
    const refreshed = sessionIn(await users.refresh(session));
    expect(refreshed.user.emailConfirmed).toBe(true);
    expect(users.claimsOf(refreshed).emailConfirmed).toBe(true);
  });

  test('is confirmed at once where confirmation is off', async () => {
    const open = await openUsers();
    const session = await open.signUp();
    expect([session.user.emailConfirmed, open.claimsOf(session).emailConfirmed]).toEqual([true, true]);
    expect(await open.db.query((client) => client.outboxMessage.count())).toBe(0);
    await open.close();
  });
});

describe('confirmEmail', () => {
  test('refuses a wrong, a used and an expired token in the same words', async () => {
    const { user } = await users.signUp();
    const token = await tokenFor(user.email);
    expect(await users.confirmEmail('a'.repeat(43))).toMatchObject(refused);
    const answers = await Promise.all([users.confirmEmail(token), users.confirmEmail(token)]);
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    expect(await users.confirmEmail(token)).toMatchObject(refused);
    const late = await users.signUp();
    users.clock.advance(aDayMs);
    expect(await users.confirmEmail(await tokenFor(late.user.email))).toMatchObject(refused);
  });

  test('ends the other links of the account, and leaves those of others valid', async () => {
    const [{ user }, other] = [await users.signUp(), await users.signUp()];
    await users.resendConfirmation(user);
    const [first = '', second = ''] = await tokensFor(user.email);
    expect(await users.confirmEmail(first)).toEqual({ data: { confirmEmail: true } });
    expect(await users.confirmEmail(second)).toMatchObject(refused);
    expect(await users.confirmEmail(await tokenFor(other.user.email))).toEqual({ data: { confirmEmail: true } });
  });
});

describe('resendConfirmation', () => {
  test('sends no more while three links are valid, also when asked for at once', async () => {
    const { user } = await users.signUp();
    const answers = await Promise.all(Array.from({ length: 4 }, () => users.resendConfirmation(user)));
    expect(answers.map(({ data }) => data?.resendConfirmation).toSorted()).toEqual([false, false, true, true]);
    expect(await tokensFor(user.email)).toHaveLength(3);
    users.clock.advance(aDayMs);
    expect(await users.resendConfirmation(user)).toEqual({ data: { resendConfirmation: true } });
  });

  test('is false for a confirmed address, and UNAUTHENTICATED for an anonymous request', async () => {
    const { user } = await users.signUp();
    await users.confirmEmail(await tokenFor(user.email));
    expect(await users.resendConfirmation(user)).toEqual({ data: { resendConfirmation: false } });
    expect(await users.resendConfirmation(null)).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });
});

describe('a forgotten password', () => {
  test('of an unconfirmed address has the confirmation link mailed again, within its limit', async () => {
    const { user } = await users.signUp();
    for (let count = 0; count < 4; count += 1) {
      expect(await users.requestReset(user.email)).toEqual({ data: { requestPasswordReset: true } });
    }
    expect((await outbox()).map(({ type }) => type)).toEqual(Array(3).fill(confirmationRequested.type));
    await users.confirmEmail(await tokenFor(user.email));
    await users.requestReset(user.email);
    expect((await outbox()).at(-1)?.type).toBe(resetRequested.type);
  });

  test('set by the mailed link confirms the address', async () => {
    const { user } = await users.signUp();
    const confirmed = { where: { id: user.id }, data: { emailConfirmedAt: users.clock.now() } };
    await users.db.query((client) => client.user.update(confirmed));
    await users.requestReset(user.email);
    await users.db.query((client) => client.user.update({ ...confirmed, data: { emailConfirmedAt: null } }));
    const { token } = resetRequested.body.parse((await outbox()).at(-1)?.body);
    const session = sessionIn(await users.resetPassword({ token, newPassword: 'another good password' }));
    expect(users.claimsOf(session).emailConfirmed).toBe(true);
    expect(sessionIn(await users.refresh(session)).user.emailConfirmed).toBe(true);
  });
});
