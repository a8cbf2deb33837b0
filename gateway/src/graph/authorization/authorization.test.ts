import { beforeEach, describe, expect, test } from '@jest/globals';
import { guardedGraph } from '../../../fixtures/guarded-graph.ts';
import { shopRoot, shopSdl } from '../../../fixtures/guarded-shop.ts';

let graph: Awaited<ReturnType<typeof guardedGraph>>;
beforeEach(async () => {
  graph = await guardedGraph({ sdl: shopSdl, root: shopRoot });
});

const texts = () => graph.asked.map(({ query }) => query.replaceAll(/\s+/g, ' '));

describe('a field', () => {
  test.each<[string, string[] | null, string | null]>([
    ['mine', null, 'UNAUTHENTICATED'],
    ['mine', [], null],
    ['both', null, 'UNAUTHENTICATED'],
    ['both', ['A'], 'FORBIDDEN'],
    ['both', ['B', 'A'], null],
    ['either', ['C'], 'FORBIDDEN'],
    ['either', ['B'], null],
    ['grade', null, 'UNAUTHENTICATED'],
    ['grade', [], null],
    ['serial', [], 'FORBIDDEN'],
    ['serial', ['A'], null],
    ['ruled', null, 'UNAUTHENTICATED'],
    ['ruled', ['A'], 'FORBIDDEN'],
  ])('%s asked for with %j is refused with %s, and is not asked for then', async (field, permissions, code) => {
    const { data, errors } = await graph.ask(`{ open ${field} }`, permissions);
    expect(errors).toEqual(code ? [`${field}: ${code}`] : []);
    expect(data.open).toBe('open');
    expect(data[field] === null).toBe(code !== null);
    expect(texts()).toEqual([code ? '{ open }' : `{ open ${field} }`]);
  });

  test('of a type that is refused is refused itself, also where only __typename is asked of it', async () => {
    expect(await graph.ask('{ vault { __typename } }', [])).toEqual({
      data: { vault: null },
      errors: ['vault: FORBIDDEN'],
    });
    expect(graph.asked).toEqual([]);
  });

  test('is refused by its alias, in the place and order it was asked for', async () => {
    const { data, errors } = await graph.ask('{ a: mine b: open c: mine shop { t: tax n: name } }');
    expect(JSON.stringify(data)).toBe('{"a":null,"b":"open","c":null,"shop":{"t":null,"n":"S"}}');
    expect(errors).toEqual(['a: UNAUTHENTICATED', 'c: UNAUTHENTICATED', 'shop.t: UNAUTHENTICATED']);
  });

  test('in a list is refused once for each element', async () => {
    const { data, errors } = await graph.ask('{ shop { wares { id cost } } }');
    expect(data).toEqual({
      shop: {
        wares: [
          { id: '1', cost: null },
          { id: '2', cost: null },
        ],
      },
    });
    expect(errors).toEqual(['shop.wares.0.cost: UNAUTHENTICATED', 'shop.wares.1.cost: UNAUTHENTICATED']);
  });
});

describe('a null where none may be', () => {
  test('is passed on to the nearest place where one may', async () => {
    expect(await graph.ask('{ open shop { name due } }')).toEqual({
      data: { open: 'open', shop: null },
      errors: ['shop.due: UNAUTHENTICATED'],
    });
    expect(await graph.ask('{ open sure { name due } }')).toEqual({
      data: null,
      errors: ['sure.due: UNAUTHENTICATED'],
    });
    expect(await graph.ask('{ open must }')).toEqual({ data: null, errors: ['must: UNAUTHENTICATED'] });
  });

  test('takes an element out of a list, or the list with it', async () => {
    expect(await graph.ask('{ found { ... on Ware { id } ... on Relic { curse } } }')).toEqual({
      data: { found: [{ id: '1' }, null] },
      errors: ['found.1.curse: UNAUTHENTICATED'],
    });
    expect(await graph.ask('{ strict { ... on Ware { id } ... on Relic { curse } } }')).toEqual({
      data: { strict: null },
      errors: ['strict.1.curse: UNAUTHENTICATED'],
    });
  });
});

describe('a field left with nothing to select', () => {
  test('is not asked for, and the error names what was refused below it', async () => {
    expect(await graph.ask('{ open shop { tax owner { mail } wares { cost } } }')).toEqual({
      data: { open: 'open', shop: null },
      errors: ['shop.tax: UNAUTHENTICATED', 'shop.owner.mail: UNAUTHENTICATED', 'shop.wares.cost: UNAUTHENTICATED'],
    });
    expect(texts()).toEqual(['{ open }']);
  });

  test('is asked for with __typename, which is the type of what is there', async () => {
    expect(await graph.ask('{ shop { __typename tax } }')).toEqual({
      data: { shop: { __typename: 'Shop', tax: null } },
      errors: ['shop.tax: UNAUTHENTICATED'],
    });
  });

  test('is asked for where what was refused may be left out anyway', async () => {
    const query = 'query ($with: Boolean = false) { shop { tax @include(if: $with) } }';
    expect(await graph.ask(query)).toEqual({ data: { shop: {} }, errors: [] });
    expect(await graph.ask(query, null, { variables: { with: true } })).toEqual({
      data: { shop: { tax: null } },
      errors: ['shop.tax: UNAUTHENTICATED'],
    });
  });

  test('is a whole operation: nothing is run, but wrong variables are told', async () => {
    expect(await graph.ask('query ($id: ID!) { serial(of: $id) mine }', [], { variables: { id: 'x' } })).toEqual({
      data: { serial: null, mine: 'mine' },
      errors: ['serial: FORBIDDEN'],
    });
    const query = 'query ($id: ID!) { serial(of: $id) }';
    expect(await graph.ask(query, null, { variables: { id: 'x' } })).toEqual({
      data: { serial: null },
      errors: ['serial: UNAUTHENTICATED'],
    });
    expect((await graph.ask(query)).errors).toEqual([expect.stringContaining('"$id" of required type')]);
    expect(graph.asked).toHaveLength(1);
  });

  test('is a mutation: it is not run', async () => {
    expect(await graph.ask('mutation { rename(to: "x") { tax } reset { name } }', [])).toMatchObject({
      data: { rename: { tax: 7 }, reset: null },
      errors: ['reset: FORBIDDEN'],
    });
    expect(await graph.ask('mutation { rename(to: "x") { tax } }')).toEqual({
      data: { rename: null },
      errors: ['rename.tax: UNAUTHENTICATED'],
    });
    expect(texts()).toEqual(['mutation { rename(to: "x") { tax } }']);
  });
});

describe('a fragment', () => {
  test('loses what is refused in it, wherever it is spread, and goes when nothing is left', async () => {
    const query = `query Q { ...Root itself { ...Root ...Gone } }
      fragment Root on Query { open shop { ...Parts ... { tax } } }
      fragment Parts on Shop { name owner { ...Who } }
      fragment Who on Person { mail }
      fragment Gone on Query { mine }`;
    const refused = ['shop.owner.mail', 'shop.tax'];
    const open = { open: 'open', shop: { name: 'S', owner: null, tax: null } };
    const paths = [...refused, ...refused.map((path) => `itself.${path}`), 'itself.mine'];
    expect(await graph.ask(query, null, { operationName: 'Q' })).toEqual({
      data: { ...open, itself: { ...open, mine: null } },
      errors: paths.map((path) => `${path}: UNAUTHENTICATED`),
    });
    expect(texts()[0]).not.toMatch(/mail|tax|mine|Gone|Who/);
  });

  test('on an interface is as free as the objects it is spread on', async () => {
    const named = 'fragment Label on Thing { label }';
    expect(await graph.ask(`{ shop { wares { ...Label } } } ${named}`)).toMatchObject({ errors: [] });
    expect(await graph.ask(`{ shop { wares { ...Label } } things { ...Label ... on Ware { id } } } ${named}`)).toEqual({
      data: {
        shop: { wares: [{ label: 'ware 1' }, { label: 'ware 2' }] },
        things: [{ label: null, id: '1' }, { label: null }],
      },
      errors: ['things.0.label: UNAUTHENTICATED', 'things.1.label: UNAUTHENTICATED'],
    });
  });

  test('that spreads others many times costs no more than its text', async () => {
    const doubling = Array.from({ length: 40 }, (_, n) => `fragment F${n} on Shop { ...F${n + 1} ...F${n + 1} }`);
    const { data } = await graph.ask(`{ shop { ...F0 } } ${doubling.join(' ')} fragment F40 on Shop { name tax }`);
    expect(data).toEqual({ shop: { name: 'S', tax: null } });
  });
});

describe('an abstract type', () => {
  test('gives a field only to who may have it of every object there may be', async () => {
    expect(await graph.ask('{ itself { things { __typename label } } }')).toEqual({
      data: {
        itself: {
          things: [
            { __typename: 'Ware', label: null },
            { __typename: 'Relic', label: null },
          ],
        },
      },
      errors: ['itself.things.0.label: UNAUTHENTICATED', 'itself.things.1.label: UNAUTHENTICATED'],
    });
    expect(await graph.ask('{ things { label } }')).toEqual({ data: null, errors: ['things.label: UNAUTHENTICATED'] });
    expect((await graph.ask('{ things { label } }', [])).errors).toEqual([]);
    expect(texts()).toEqual(['{ itself { things { __typename ownType: __typename } } }', '{ things { label } }']);
  });

  test('tells its types to everyone, and the fields of each to who may have them', async () => {
    const query = '{ found { __typename ... on Ware { label } ... on Relic { label } } }';
    expect(await graph.ask(query)).toEqual({
      data: {
        found: [
          { __typename: 'Ware', label: 'ware 1' },
          { __typename: 'Relic', label: null },
        ],
      },
      errors: ['found.1.label: UNAUTHENTICATED'],
    });
    expect((await graph.ask(query, [])).errors).toEqual([]);
  });
});

test('one place where a field may be had is enough for it to be answered', async () => {
  const query = '{ found { ... on Thing { label } ... on Ware { label id } } }';
  expect(await graph.ask(query)).toEqual({
    data: { found: [{ label: 'ware 1', id: '1' }, { label: null }] },
    errors: ['found.1.label: UNAUTHENTICATED'],
  });
});

test('introspection beside a refused field is answered', async () => {
  const query =
    '{ mine __schema { ...S } __type(name: "Grade") { kind } } fragment S on __Schema { queryType { name } }';
  expect(await graph.ask(query)).toEqual({
    data: { mine: null, __schema: { queryType: { name: 'Query' } }, __type: { kind: 'ENUM' } },
    errors: ['mine: UNAUTHENTICATED'],
  });
});

test('what is left of an operation has a hash of its own for each set of rights, and is made once', async () => {
  const query = '{ open mine both }';
  for (const permissions of [null, [], ['A', 'B'], null, [], ['A', 'B']]) await graph.ask(query, permissions);
  const hashes = graph.asked.map(({ hash }) => hash);
  expect(hashes.slice(3)).toEqual(hashes.slice(0, 3));
  expect(new Set(hashes).size).toBe(3);
  expect(texts().slice(0, 3)).toEqual(['{ open }', '{ open mine }', query]);
});
