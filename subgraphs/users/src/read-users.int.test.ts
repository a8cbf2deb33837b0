import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { administrator, type Session } from '../fixtures/create-client.ts';
import { openUsers, type Users } from '../fixtures/open-users.ts';

let users: Users;
let ada: Session['user'];
let bob: Session['user'];

beforeAll(async () => {
  users = await openUsers();
  ada = (await users.signUp({ name: 'Ada' })).user;
  users.clock.advance(1);
  bob = (await users.signUp({ name: 'Bob' })).user;
});

afterAll(() => users.close());

const fields = 'id name email permissions emailConfirmed createdAt';
const entities = `query ($ids: [_Any!]!) { _entities(representations: $ids) { ... on User { ${fields} } } }`;
const references = (...ids: string[]) => ({ ids: ids.map((id) => ({ __typename: 'User', id })) });
const forbidden = (...path: (string | number)[]) => ({
  message: 'You need the ADMIN permission for this.',
  path,
  extensions: { code: 'FORBIDDEN' },
});

describe('me', () => {
  test('is the whole account of the signed-in user, and null without a token', async () => {
    const { data } = await users.ask(`{ me { ${fields} } }`, {}, ada);
    expect(data).toEqual({ me: { ...ada, createdAt: '2026-01-02T03:04:05.678Z' } });
    expect(await users.ask(`{ me { ${fields} } }`)).toEqual({ data: { me: null } });
  });
});

describe('user', () => {
  const query = `query ($id: ID!) { user(id: $id) { ${fields} } }`;

  test('shows others the name, but refuses address and permissions, and still answers the rest', async () => {
    const { data, errors } = await users.ask(query, { id: bob.id }, ada);
    expect(data).toMatchObject({ user: { id: bob.id, name: 'Bob', email: null, permissions: null } });
    expect(errors).toMatchObject([forbidden('user', 'email'), forbidden('user', 'permissions')]);
  });

  test('shows oneself and an administrator everything', async () => {
    for (const viewer of [bob, administrator]) {
      expect(await users.ask(query, { id: bob.id }, viewer)).toMatchObject({ data: { user: bob } });
    }
  });

  test('is null for an id that is nobody’s, and refused to somebody anonymous', async () => {
    expect(await users.ask(query, { id: 'nobody' }, ada)).toEqual({ data: { user: null } });
    const anonymous = await users.ask(query, { id: bob.id });
    expect(anonymous).toMatchObject({ data: { user: null }, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });
});

describe('_entities', () => {
  test('are no way around: address and permissions of others are refused there too', async () => {
    const { data, errors } = await users.ask(entities, references(ada.id, bob.id), ada);
    expect(data).toMatchObject({ _entities: [ada, { id: bob.id, email: null, permissions: null }] });
    expect(errors).toMatchObject([forbidden('_entities', 1, 'email'), forbidden('_entities', 1, 'permissions')]);
  });

  test('are refused to somebody anonymous', async () => {
    const { data, errors } = await users.ask(entities, references(bob.id));
    expect(data).toEqual({ _entities: [null] });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test('are null for an id that is nobody’s, beside the others', async () => {
    const { data } = await users.ask(entities, references('nobody', ada.id), ada);
    expect(data).toMatchObject({ _entities: [null, { id: ada.id }] });
  });
});

describe('users', () => {
  const query = `query ($first: Int, $after: String) { users(first: $first, after: $after) {
    nodes { id email } totalCount pageInfo { hasNextPage endCursor } } }`;

  test('are all accounts, oldest first, page by page without repeating or leaving out any', async () => {
    const first = await users.ask(query, { first: 1 }, administrator);
    expect(first.data?.users?.nodes).toEqual([{ id: ada.id, email: ada.email }]);
    expect(first.data?.users).toMatchObject({ totalCount: 2, pageInfo: { hasNextPage: true } });
    const rest = await users.ask(query, { after: first.data?.users?.pageInfo.endCursor }, administrator);
    expect(rest.data?.users?.nodes).toEqual([{ id: bob.id, email: bob.email }]);
    expect(rest.data?.users).toMatchObject({ totalCount: 2, pageInfo: { hasNextPage: false } });
  });

  test('are for administrators alone', async () => {
    expect(await users.ask(query, {}, ada)).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    expect(await users.ask(query)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  test.each([
    ['first over 100', { first: 100_000 }, '`first` must be between 0 and 100, not 100000.'],
    ['a negative first', { first: -1 }, '`first` must be between 0 and 100, not -1.'],
    ['a bad cursor', { after: 'x' }, '"x" is not a cursor of this list.'],
  ])('refuse %s', async (_case, page, message) => {
    const answer = await users.ask(query, page, administrator);
    expect(answer).toMatchObject({ errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }] });
  });
});
