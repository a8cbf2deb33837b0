import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isUnionType,
  parse,
  validate,
} from 'graphql';
import { guardedGraph } from '../../../fixtures/guarded-graph.ts';
import { shopRoot, shopSdl } from '../../../fixtures/guarded-shop.ts';
import { denyAllPolicies, evaluateRequirements } from './requirements.ts';

const graph = await guardedGraph({ sdl: shopSdl, root: shopRoot });
const callers = [null, [], ['A'], ['B', 'ADMIN'], ['A', 'B', 'ADMIN']];

/** Selections on a type: its fields, aliases, fragments on types that overlap, skipped and included ones, now and then a named fragment. */
function selectionsOf(schema: GraphQLSchema, type: GraphQLCompositeType, depth: number): fc.Arbitrary<string> {
  const fields = isUnionType(type) ? [] : Object.values(type.getFields());
  const ofFields = fields.flatMap((field) => {
    const result = getNamedType(field.type);
    if (!isCompositeType(result)) return [fc.constantFrom(field.name, `${field.name}_: ${field.name}`)];
    return depth === 0 ? [] : [selectionsOf(schema, result, depth - 1).map((below) => `${field.name} { ${below} }`)];
  });
  const overlapping = ['Thing', 'Ware', 'Relic'].filter(
    (name) => ['Thing', 'Ware', 'Relic', 'Found'].includes(type.name) && name !== type.name,
  );
  const ofFragments = overlapping.flatMap((name) => {
    const condition = schema.getType(name);
    const below = depth > 0 && isCompositeType(condition) ? [selectionsOf(schema, condition, depth - 1)] : [];
    return below.map((selections) => selections.map((each) => `... on ${name} { ${each} }`));
  });
  const named = fields.length > 0 && type.name !== 'Relic' ? [fc.constant(`...${type.name}Parts`)] : [];
  const one = fc.oneof(
    fc.constant('__typename'),
    ...ofFields,
    ...ofFragments,
    ...named.filter(() => type.name in parts),
  );
  const maybe = fc.tuple(one, fc.constantFrom('', '', '', '@skip(if: $yes)', '@include(if: $yes)'));
  return fc
    .array(
      maybe.map(([text, directive]) => conditional(text, directive)),
      { minLength: 1, maxLength: 4 },
    )
    .map((all) => all.join(' '));
}

const conditional = (text: string, directive: string) => (directive ? `... ${directive} { ${text} }` : text);

const parts: Record<string, string> = {
  Shop: 'fragment ShopParts on Shop { name tax wares { ...ThingParts } }',
  Thing: 'fragment ThingParts on Thing { id label ... on Ware { cost } }',
  Person: 'fragment PersonParts on Person { mail }',
};

/** The query with those of the named fragments that it uses. */
function withParts(query: string): string {
  const used = new Set<string>();
  let text = query;
  for (const name of ['Shop', 'Thing', 'Person', 'Thing']) {
    if (used.has(name) || !text.includes(`...${name}Parts`)) continue;
    used.add(name);
    text += ` ${parts[name]}`;
  }
  return text;
}

/** Every value is what it is without rules, or null; a null of the rules' making has an error at its place, above or below. */
function isSubset(answer: unknown, whole: unknown): boolean {
  if (answer === null) return true;
  if (Array.isArray(answer))
    return (
      Array.isArray(whole) &&
      answer.length === whole.length &&
      answer.every((each, index) => isSubset(each, whole[index]))
    );
  if (typeof answer !== 'object') return answer === whole;
  const keys = Object.keys(answer);
  return (
    keys.join() === Object.keys(Object(whole)).join() &&
    keys.every((key) => isSubset(Reflect.get(answer, key), Object(whole)[key]))
  );
}

test('whatever is asked, nothing is resolved that the caller may not have, and the answer lacks no more than it says', async () => {
  const query = graph.schema.getQueryType();
  if (!query) throw new Error('There is no query type');
  await fc.assert(
    fc.asyncProperty(
      selectionsOf(graph.schema, query, 3),
      fc.constantFrom(...callers),
      fc.boolean(),
      async (selections, permissions, yes) => {
        const text = withParts(`query ($yes: Boolean! = ${yes}) { open @skip(if: $yes) ${selections} }`);
        fc.pre(validate(graph.schema, parse(text)).length === 0);
        graph.resolved.length = 0;
        const answer = await graph.ask(text, permissions);
        const viewer = permissions && { sub: 'u1', email: '', name: '', permissions };
        for (const { owner, field, result } of graph.resolved) {
          const needed = [owner, `${owner}.${field}`, result].flatMap((place) => graph.rules.get(place) ?? []);
          expect([...(await evaluateRequirements(needed, { viewer }, denyAllPolicies)).values()]).toEqual([]);
        }
        const whole = await graph.runUnguarded(text);
        expect(isSubset(answer.data, whole)).toBe(true);
        if (answer.errors.length === 0) expect(answer.data).toEqual(whole);
        expect(answer.errors.filter((error) => !/: (UNAUTHENTICATED|FORBIDDEN)$/.test(error))).toEqual([]);
      },
    ),
    { numRuns: 200 },
  );
});
