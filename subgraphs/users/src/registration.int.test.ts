import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { aRegistration, goodPassword, sessionIn } from '../fixtures/create-client.ts';
import { openUsers, type Users } from '../fixtures/open-users.ts';

let users: Users;

beforeAll(async () => {
  users = await openUsers();
});

afterAll(() => users.close());

const refusal = (reason: string, message: unknown) => ({ errors: [{ message, extensions: { reason } }] });
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
    [
      'an address that is none',
      'EMAIL_INVALID',
      { email: 'ada at example' },
      '"ada at example" is not an email address.',
    ],
    [
      'an address beyond ASCII',
      'EMAIL_INVALID',
      { email: 'ädä@example.com' },
      '"ädä@example.com" is not an email address.',
    ],
    ['an empty name', 'NAME_INVALID', { name: '  ' }, 'The name must be 1 to 100 characters long; this one has 0.'],
    [
      'a name of 101 characters',
      'NAME_INVALID',
      { name: '🦊'.repeat(101) },
      'The name must be 1 to 100 characters long; this one has 101.',
    ],
    [
      'a line break in a name',
      'NAME_INVALID',
      { name: 'Ada\nBcc: x' },
      expect.stringContaining('The name must not contain line breaks'),
    ],
    [
      'a password of 9 characters',
      'PASSWORD_LENGTH',
      { password: 'x'.repeat(9) },
      expect.stringMatching(/10 to 128 .* has 9\.$/),
    ],
    [
      'a password of 129 characters',
      'PASSWORD_LENGTH',
      { password: 'x'.repeat(129) },
      expect.stringMatching(/10 to 128 .* has 129\.$/),
    ],
  ])('refuses %s, says why, and makes no account', async (_case, reason, change, message) => {
    const before = await accounts();
    expect(await users.register(aRegistration(change))).toMatchObject(refusal(reason, message));
    expect(await accounts()).toBe(before);
  });

  test('names every wrong field at once', async () => {
    const { errors } = await users.register({ email: 'ada', name: '', password: 'short' });
    expect(errors).toMatchObject([
      {
        extensions: {
          code: 'BAD_USER_INPUT',
          reason: 'EMAIL_INVALID',
          problems: [
            { path: ['input', 'email'], code: 'EMAIL_INVALID', message: '"ada" is not an email address.' },
            { path: ['input', 'name'], code: 'NAME_INVALID' },
            { path: ['input', 'password'], code: 'PASSWORD_LENGTH' },
          ],
        },
      },
    ]);
  });

  test('is CONFLICT for an address that has an account, in whatever case it is written', async () => {
    const { user } = await users.signUp();
    const again = await users.register(aRegistration({ email: user.email.toUpperCase() }));
    expect(again).toMatchObject(refusal('EMAIL_TAKEN', 'An account with this email address already exists.'));
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
