import { expect, test } from '@jest/globals';
import { buildSchema, getOperationAST, parse } from 'graphql';
import { estimateCost } from './cost-estimate.ts';
import { readCostRules } from './cost-rules.ts';

const sdl = `
  directive @link(url: String, as: String, import: [Any]) repeatable on SCHEMA
  directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
  directive @sized(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
  scalar Any
  schema @link(url: "https://specs.apollo.dev/cost/v0.1", import: [{ name: "@listSize", as: "@sized" }]) { query: Query mutation: Mutation }
  type Query {
    book: Book
    books: [Book!]!
    best: [Book!]! @sized(assumedSize: 5)
    page(first: Int = 20, last: Int): Page! @sized(slicingArguments: ["first", "last"], sizedFields: ["nodes", "edges"])
    find(filter: Filter @cost(weight: 2)): Book
    heavy: Heavy
    items: [Item!]!
  }
  type Mutation { write: Book }
  type Page { nodes: [Book!]!  edges: [Edge!]!  totalCount: Int @cost(weight: 10) }
  type Edge { node: Book! }
  type Book { title: String  author: Author  page(first: Int = 20): Page! @sized(slicingArguments: ["first"], sizedFields: ["nodes"]) }
  type Author { name: String }
  type Heavy @cost(weight: 7) { id: ID }
  union Item = Book | Heavy
  input Filter { title: String  not: Filter  deep: Int @cost(weight: 4) }
`;
const schema = buildSchema(sdl);
const rules = readCostRules(parse(sdl));

function cost(text: string, variables: Record<string, unknown> = {}) {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  return estimateCost({ schema, rules, document, operation, variables, assumedListSize: 10 });
}

test.each<[string, number, string, Record<string, unknown>?]>([
  ['an object is 1, its scalars nothing', 2, '{ book { title author { name } } }'],
  ['a mutation is 10 more', 11, 'mutation { write { title } }'],
  ['a list nothing is said of has the assumed size', 20, '{ books { author { name } } }'],
  ['a list has the size its field assumes', 5, '{ best { title } }'],
  ['a page is as large as is asked for', 1 + 3, '{ page(first: 3) { nodes { title } } }'],
  ['a page is as large as a variable says', 1 + 7, 'query ($n: Int) { page(first: $n) { nodes { title } } }', { n: 7 }],
  ['a variable has its default', 1 + 4, 'query ($n: Int = 4) { page(first: $n) { nodes { title } } }'],
  ['an argument has its default', 1 + 20, '{ page { nodes { title } } }'],
  ['the largest slicing argument counts', 1 + 30, '{ page(first: 2, last: 30) { nodes { title } } }'],
  ['a negative size makes nothing cheaper', 1, '{ page(first: -50) { nodes { title } } }'],
  ['edges and what hangs on them multiply', 1 + 3 * (1 + 1), '{ page(first: 3) { edges { node { title } } } }'],
  [
    'pages within pages multiply',
    1 + 10 * (1 + 1 + 10),
    '{ page(first: 10) { nodes { page(first: 10) { nodes { title } } } } }',
  ],
  [
    'a fragment keeps the size that is asked above it',
    1 + 3,
    '{ page(first: 3) { ...F } } fragment F on Page { nodes { title } }',
  ],
  ['@cost is instead of the type', 1 + 10, '{ page(first: 1) { totalCount } }'],
  ['@cost of a type holds wherever it is given', 7, '{ heavy { id } }'],
  [
    'arguments cost, and the fields of input objects',
    1 + 2 + 1 + 4,
    '{ find(filter: { not: { deep: 1 } }) { title } }',
  ],
  ['aliases count each', 2, '{ a: book { title } b: book { title } }'],
  ['what is skipped costs nothing', 1, 'query ($y: Boolean!) { book { author @skip(if: $y) { name } } }', { y: true }],
  ['what is not included costs nothing', 0, '{ book @include(if: false) { title } }'],
  ['each type of a union counts', 10 * 2, '{ items { ... on Book { author { name } } ... on Heavy { id } } }'],
  ['what does not validate costs nothing', 0, '{ nothing { at { all } } ...F ...G } fragment F on Query { ...F }'],
])('%s', (_name, expected, text, variables = {}) => {
  expect(cost(text, variables)).toBe(expected);
});

test('fragments that spread each other many times take no time', () => {
  const fragments = Array.from({ length: 60 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`);
  expect(cost(`{ ...F0 } ${fragments.join(' ')} fragment F60 on Query { book { title } }`)).toBe(2 ** 60);
});
