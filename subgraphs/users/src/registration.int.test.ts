import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { aRegistration, goodPassword, sessionIn } from '../fixtures/create-client.ts';
import { openUsers, type Users } from '../fixtures/open-users.ts';

let users: Users;

beforeAll(async () => {
  users = await openUsers();
});

afterAll(() => users.close());

const refusal = (code: string, message: unknown) => ({ errors: [{ message, extensions: { code } }] });
const accounts = () => users.db.query((client) => client.user.count());

describe('register', () => {
  test('makes an account with the permissions of new accounts, and signs it in', async () => {
    const session = sessionIn(await users.register(aRegistration({ email: ' Ada@Example.COM ', name: ' Ada ' })));
    expect(session.user).toMatchObject({ email: 'ada@example.com', name: 'Ada', permissions: ['UPLOAD'] });
    const now = users.clock.now().getTime();
    const claims = users.claimsOf(session);
    expect(claims).toMatchObject({ iat: now / 1000, exp: now / 1000 + 900, permissions: ['UPLOAD'] });
    expect(session.expiresAt).toBe(new Date(now + 900_000).toISOString());
    sessionIn(await users.refresh(session));
  });

  test('keeps neither the password nor the refresh token', async () => {
    const { user, refreshToken } = await users.signUp();
    const row = await users.db.query((client) =>
      client.user.findUnique({ where: { id: user.id }, include: { families: { include: { tokens: true } } } }),
    );
    expect(row?.passwordHash).toMatch(/^\$argon2id\$v=19\$/);
    expect(row?.families).toHaveLength(1);
    expect(JSON.stringify(row)).not.toContain(goodPassword);
    expect(JSON.stringify(row)).not.toContain(refreshToken);
  });

  test('takes a name in any script, and a password of any characters', async () => {
    const session = await users.signUp({ name: 'Žofie 李 🦊', password: 'пароль 🦊🦊🦊🦊🦊🦊' });
    expect(session.user.name).toBe('Žofie 李 🦊');
    sessionIn(await users.logIn(session.user.email, 'пароль 🦊🦊🦊🦊🦊🦊'));
  });

  test.each([
    ['an address that is none', { email: 'ada at example' }, '"ada at example" is not an e-mail address'],
    ['an address beyond ASCII', { email: 'ädä@example.com' }, '"ädä@example.com" is not an e-mail address'],
    ['an empty name', { name: '  ' }, 'name must have 1 to 100 characters, and has 0'],
    ['a name of 101 characters', { name: '🦊'.repeat(101) }, 'name must have 1 to 100 characters, and has 101'],
    ['a line break in a name', { name: 'Ada\nBcc: x' }, expect.stringContaining('name must not contain line breaks')],
    ['a password of 9 characters', { password: 'x'.repeat(9) }, expect.stringMatching(/10 to 128 .* has 9$/)],
    ['a password of 129 characters', { password: 'x'.repeat(129) }, expect.stringMatching(/10 to 128 .* has 129$/)],
  ])('refuses %s, says why, and makes no account', async (_case, change, message) => {
    const before = await accounts();
    expect(await users.register(aRegistration(change))).toMatchObject(refusal('BAD_USER_INPUT', message));
    expect(await accounts()).toBe(before);
  });

  test('is CONFLICT for an address that has an account, in whatever case it is written', async () => {
    const { user } = await users.signUp();
    const again = await users.register(aRegistration({ email: user.email.toUpperCase() }));
    expect(again).toMatchObject(refusal('CONFLICT', `${user.email} has an account already`));
  });

  test('makes one account of two registrations of one address at the same moment', async () => {
    const before = await accounts();
    const registration = aRegistration();
    const answers = await Promise.all([users.register(registration), users.register(registration)]);
    const codes = answers.map(({ errors }) => errors?.[0]?.extensions.code);
    expect(codes.sort()).toEqual(['CONFLICT', undefined]);
    expect(await accounts()).toBe(before + 1);
  });
});
