import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildSchema, OverlappingFieldsCanBeMergedRule, parse, validate } from 'graphql';
import { mergeFieldsRule } from './merge-fields-rule.ts';

const schema = buildSchema(`
  interface Node { id: ID!  self: Node  list: [Node]  n: Int }
  type A implements Node { id: ID!  self: Node  list: [Node]  n: Int  x(a: Int, o: Options): Int  y: A  z: String }
  type B implements Node { id: ID!  self: Node  list: [Node]  n: Int  x(a: Int, o: Options): String  y: [B]  z: String! }
  input Options { p: Int  q: Int }
  union Any = A | B
  type Query { a: A  b: B  node: Node  any: Any  q: Query }
`);

function check(text: string, maxFields = 1_000_000) {
  let work = 0;
  const rule = mergeFieldsRule({
    maxFields,
    visited: (fields) => {
      work = fields;
    },
  });
  const errors = validate(schema, parse(text), [rule]);
  return { messages: errors.map(({ message }) => message), work };
}

const graphqlJs = (text: string) =>
  validate(schema, parse(text), [OverlappingFieldsCanBeMergedRule]).map(({ message }) => message);

const names = ['a', 'b', 'node', 'any', 'q', 'id', 'self', 'list', 'n', 'y', 'z', 'x', '__typename'];
const argumentTexts = ['', '', '(a: 1)', '(a: 2)', '(a: 1, o: {p: 1, q: 2})', '(o: {q: 2, p: 1}, a: 1)'];
const fragments = ['F', 'G', 'H', 'I'];

/** Selections of any fields, also of those that a type does not have: other rules report these. */
const { selections } = fc.letrec<{ selections: string; selection: string }>((tie) => ({
  selections: fc.array(tie('selection'), { minLength: 1, maxLength: 5 }).map((all) => all.join(' ')),
  selection: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom(...names.filter((name) => name.length === 1 || name === 'id')),
    fc.constantFrom(...fragments.map((name) => `...${name}`)),
    fc
      .tuple(fc.constantFrom('n', 'k', 'x'), fc.constantFrom('n', 'z', 'x', 'id'), fc.constantFrom(...argumentTexts))
      .map(([alias, name, given]) => `${alias}: ${name}${name === 'x' ? given : ''}`),
    fc
      .tuple(
        fc.constantFrom('', 'self: ', 'y: '),
        fc.constantFrom('a', 'b', 'node', 'any', 'self', 'list', 'y', 'q'),
        tie('selections'),
      )
      .map(([alias, name, below]) => `${alias}${name} { ${below} }`),
    fc
      .tuple(fc.constantFrom('', ' on A', ' on B', ' on Node', ' on Query', ' on Any'), tie('selections'))
      .map(([condition, below]) => `...${condition} { ${below} }`),
  ),
}));

const documents = fc
  .tuple(
    selections,
    fc.array(fc.tuple(fc.constantFrom('A', 'B', 'Node', 'Query', 'Any'), selections), { maxLength: 4 }),
  )
  .map(([root, parts]) => {
    const defined = parts.map(([type, text], index) => {
      // Later fragments only: a cycle is another rule's error.
      const acyclic = fragments.slice(0, index + 1).reduce((left, name) => left.replaceAll(`...${name}`, 'id'), text);
      return `fragment ${fragments[index]} on ${type} { ${acyclic} }`;
    });
    return `{ ${root} } ${defined.join(' ')}`;
  });

describe('fields that are merged', () => {
  test('get the verdict of graphql-js in any document', () => {
    const counts = { valid: 0, invalid: 0 };
    fc.assert(
      fc.property(documents, (text) => {
        const expected = graphqlJs(text).length > 0;
        counts[expected ? 'invalid' : 'valid'] += 1;
        expect({ text, isInvalid: check(text).messages.length > 0 }).toEqual({ text, isInvalid: expected });
      }),
      { numRuns: 1_000 },
    );
    expect(Math.min(counts.valid, counts.invalid)).toBeGreaterThan(100);
  });

  test.each([
    '{ a { k: n k: z } }',
    '{ q { a { x(a: 1) } } q { a { x(a: 2) } } }',
    '{ any { ... on A { x } ... on B { x } } }',
    '{ a { ...F } a { n: z } } fragment F on A { n }',
  ])('are refused with the message of graphql-js: %s', (text) => {
    expect(check(text).messages).toEqual(graphqlJs(text));
  });

  test('take work that follows the size of the document', () => {
    const repeated = (count: number) => `{ a { ${'list { id } '.repeat(count)} } }`;
    const spreads = (count: number) => {
      const all = Array.from({ length: count }, (_, index) => index);
      const fields = 'self { id } list { n } y { n } '.repeat(4);
      const defined = all.map((index) => `fragment F${index} on A { ${fields} }`);
      return `{ a { ${all.map((index) => `...F${index}`).join(' ')} } } ${defined.join(' ')}`;
    };
    for (const document of [repeated, spreads]) {
      const [small, large] = [check(document(50)).work, check(document(500)).work];
      expect(large).toBeLessThan(small * 11);
    }
    const chain = Array.from({ length: 14 }, (_, index) => {
      const below = index < 13 ? `...F${index + 1}` : 'id';
      return `fragment F${index} on Node { ${`self { ${below} } list { ${below} } `.repeat(9)} }`;
    });
    expect(check(`{ node { ...F0 } } ${chain.join(' ')}`).work).toBeLessThan(5_000);
  });

  test('are refused where fragments multiply them beyond the limit', () => {
    const levels = Array.from({ length: 14 }, (_, index) => index);
    // Whether a level's own fields are in a set depends on the way to it: each way is a set of its own.
    const text = `{ node { ...L0 } } ${levels
      .map((index) => {
        const marks = levels.slice(0, index).map((mark) => `...M${index}_${mark}`);
        const next = `...L${index + 1}`;
        return `fragment L${index} on Node { self { ${next} ...M${index + 1}_${index} } list { ${next} } }`.concat(
          ...marks.map(() => ''),
        );
      })
      .join(' ')} fragment L14 on Node { id } ${levels
      .flatMap((mark) =>
        Array.from({ length: 14 - mark }, (_, offset) => {
          const level = mark + 1 + offset;
          const next = level < 14 ? `...M${level + 1}_${mark}` : 'id';
          return level < 14
            ? `fragment M${level}_${mark} on Node { self { ${next} } list { ${next} } }`
            : `fragment M${level}_${mark} on Node { id }`;
        }),
      )
      .join(' ')}`;
    const { messages, work } = check(text, 20_000);
    expect(messages).toEqual(['The operation merges more than 20000 fields through its fragments']);
    expect(work).toBeLessThan(25_000);
  });
});
