import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { aViewer, openSubgraph } from '../fixtures/open-subgraph.ts';

const typeDefs = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated", "@requiresScopes"])
  type Query {
    open: String
    signedIn: String @authenticated
    both: String @requiresScopes(scopes: [["QUERY", "ADMIN"]])
    either: String @requiresScopes(scopes: [["QUERY"], ["ADMIN"]])
    vault: Vault
    member: Member
    codeword: Codeword
  }
  type Vault @key(fields: "id") @requiresScopes(scopes: [["ADMIN"]]) { id: ID! content: String }
  type Member @key(fields: "id") @authenticated { id: ID! salary: Int @requiresScopes(scopes: [["ADMIN"]]) }
  scalar Codeword @requiresScopes(scopes: [["QUERY"]])
`;

let ran: string[] = [];
const say = (name: string) => () => {
  ran.push(name);
  return name;
};
const resolvers = {
  Query: {
    open: say('open'),
    signedIn: say('signedIn'),
    both: say('both'),
    either: say('either'),
    vault: () => ({ id: '1', content: 'gold' }),
    member: () => ({ id: '1', salary: 1 }),
    codeword: say('codeword'),
  },
  Vault: { __resolveReference: say('vault reference') },
  Member: { __resolveReference: ({ id }: { id: string }) => ({ id, salary: 1 }) },
};
let sample: Awaited<ReturnType<typeof openSubgraph>>;

beforeAll(async () => {
  sample = await openSubgraph({ typeDefs, resolvers });
});

afterAll(() => sample.stop());

/** The data of the query, and the codes of its errors. */
async function outcome(query: string, permissions: string[] | null) {
  ran = [];
  const { data, errors } = await sample.ask(query, permissions && aViewer(...permissions));
  return { data, codes: (errors ?? []).map(({ extensions }) => extensions.code) };
}

describe('a field', () => {
  test.each([
    ['open', null, []],
    ['signedIn', null, ['UNAUTHENTICATED']],
    ['signedIn', [], []],
    ['both', null, ['UNAUTHENTICATED']],
    ['both', ['QUERY'], ['FORBIDDEN']],
    ['both', ['QUERY', 'ADMIN'], []],
    ['either', ['UPLOAD'], ['FORBIDDEN']],
    ['either', ['ADMIN'], []],
    ['codeword', [], ['FORBIDDEN']],
    ['codeword', ['QUERY'], []],
  ])(
    '%s asked for with the permissions %j gives the errors %j, and runs only without one',
    async (field, permissions, codes) => {
      const allowed = codes.length === 0;
      expect(await outcome(`{ ${field} }`, permissions)).toEqual({ data: { [field]: allowed ? field : null }, codes });
      expect(ran).toEqual(allowed ? [field] : []);
    },
  );

  test('that is refused leaves the others answered', async () => {
    const { data, codes } = await outcome('{ open both }', []);
    expect(data).toEqual({ open: 'open', both: null });
    expect(codes).toEqual(['FORBIDDEN']);
  });
});

describe('a type', () => {
  test('guards every one of its fields, wherever it is reached from', async () => {
    expect(await outcome('{ vault { content } }', ['QUERY'])).toEqual({
      data: { vault: { content: null } },
      codes: ['FORBIDDEN'],
    });
    expect(await outcome('{ vault { content } }', ['ADMIN'])).toEqual({
      data: { vault: { content: 'gold' } },
      codes: [],
    });
  });

  test('adds its own requirement to that of a field', async () => {
    expect((await outcome('{ member { salary } }', null)).codes).toEqual(['UNAUTHENTICATED']);
    expect((await outcome('{ member { salary } }', [])).codes).toEqual(['FORBIDDEN']);
    expect((await outcome('{ member { salary } }', ['ADMIN'])).data).toEqual({ member: { salary: 1 } });
  });
});

describe('_entities', () => {
  const query = `{ _entities(representations: [
    { __typename: "Vault", id: "1" }, { __typename: "Member", id: "2" }
  ]) { ... on Vault { content } ... on Member { id salary } } }`;

  test('refuse the entities of a guarded type without resolving them, each on its own', async () => {
    const { data, codes } = await outcome(query, []);
    expect(data).toEqual({ _entities: [null, { id: '2', salary: null }] });
    expect(codes.sort()).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    expect(ran).toEqual([]);
  });

  test('refuse all of them to somebody anonymous', async () => {
    const { data, codes } = await outcome(query, null);
    expect(data).toEqual({ _entities: [null, null] });
    expect(codes).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
  });
});
