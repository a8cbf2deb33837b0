import { composeServices } from '@apollo/composition';
import { ApolloGateway, type executeQueryPlan } from '@apollo/gateway';
import { afterAll, expect, test } from '@jest/globals';
import { Registry } from '@tributary/metrics';
import fc from 'fast-check';
import { buildSchema, execute, getOperationAST, parse } from 'graphql';
import { measureCaches } from '../metrics/caches.ts';
import { createFastPath } from './fast-path.ts';
import type { DataSource } from './subgraph/data-source.ts';

type Plan = Parameters<typeof executeQueryPlan>[0];
type Executor = Awaited<ReturnType<ApolloGateway['load']>>['executor'];
type Answer = Awaited<ReturnType<DataSource['ask']>>;

const sdl = `
  type Query { shop: Shop  sure: Shop!  things: [Thing]  many: [[Int!]]!  open: String  rate(of: ID): Float }
  type Mutation { rename(to: String): Shop }
  type Shop { id: ID!  name: String!  due: Int  isOpen: Boolean  grade: Grade  serial: Serial  wares: [Ware!]!  best: Ware }
  type Ware implements Thing { id: ID!  cost: Float!  shop: Shop }
  interface Thing { id: ID! }
  enum Grade { LOW HIGH }
  scalar Serial
`;
const shop = { id: 's', name: 'S', due: 9, isOpen: true, grade: 'LOW', serial: { of: [1] } };
const ware = (id: string) => ({ __typename: 'Ware', id, cost: 1.5, shop });
const filled = { ...shop, wares: [ware('1'), ware('2')], best: ware('1') };
const rootValue = {
  shop: filled,
  sure: filled,
  rename: filled,
  things: [ware('1'), null],
  many: [[1], null],
  open: '',
  rate: 1,
};

const schema = buildSchema(sdl);
const supergraph = composeServices([{ name: 'shop', url: 'http://shop', typeDefs: parse(sdl) }]).supergraphSdl ?? '';
const plans = measureCaches(new Registry()).planCache<Plan>();
let next: Answer | Error = {};
let asked = 0;
const source: DataSource = {
  async ask() {
    asked += 1;
    if (next instanceof Error) throw next;
    return structuredClone(next);
  },
  process: async (options) => options.context.received ?? source.ask({ query: '' }, options.context as never),
};
process.env.APOLLO_TELEMETRY_DISABLED = 'true';
const gateway = new ApolloGateway({
  supergraphSdl: supergraph,
  queryPlannerConfig: { cache: plans },
  buildService: () => source,
});
const { executor } = await gateway.load();
const directly = createFastPath(executor, { plans, sources: new Map([['shop', source]]) });
afterAll(() => gateway.stop());

/** What an executor makes of a query to which the subgraph gives that answer, as it would be sent, and how often the subgraph was asked. */
async function run(execute: Executor, query: string, answer: Answer | Error) {
  const document = parse(query);
  const request = { request: { query }, document, schema, source: query, queryHash: query, context: {}, metrics: {} };
  const operation = getOperationAST(document);
  next = answer;
  asked = 0;
  const result = await execute({ ...request, operation } as unknown as Parameters<Executor>[0]);
  return { sent: JSON.stringify([result.data, result.errors, result.extensions]), asked };
}

const leaves = ['id', 'name', 'due', 'isOpen', 'grade', 'serial', 'other: name', 'id: name', '__typename'];
const ofShop = (depth: number): fc.Arbitrary<string> =>
  listed(depth === 0 ? leaves : [...leaves, ...leaves], depth === 0 ? [] : ['wares', 'best', 'first: best'], () =>
    ofWare(depth - 1),
  );
const ofWare = (depth: number): fc.Arbitrary<string> =>
  listed(['id', 'cost', 'price: cost', '... { cost }'], depth === 0 ? [] : ['shop'], () => ofShop(0));
const ofQuery = listed(
  ['many', 'open', 'rate', 'open @skip(if: true)', 'rate(of: "x")', 'things { id }', '__typename'],
  ['shop', 'sure', 'again: shop'],
  () => ofShop(2),
);
function listed(plain: string[], deep: string[], below: () => fc.Arbitrary<string>): fc.Arbitrary<string> {
  const one = [fc.constantFrom(...plain), ...deep.map((name) => below().map((text) => `${name} { ${text} }`))];
  return fc.array(fc.oneof(...one), { minLength: 1, maxLength: 4 }).map((all) => all.join(' '));
}

const oddities = [null, 'text', 7, 1.5, 1e300, true, [], [null], {}, { id: 'x' }, undefined];

/** Puts something odd in some place of the data, or gives an object one key more, or its keys in another order. */
function spoil(data: unknown, where: number, how: number): void {
  const places: { owner: object; key: string }[] = [];
  JSON.stringify(data, function note(key, value) {
    if (key !== '') places.push({ owner: Object(this), key });
    return value;
  });
  const place = places[where % Math.max(1, places.length)];
  if (!place) return;
  const { owner, key } = place;
  const value: unknown = Reflect.get(owner, key);
  Reflect.deleteProperty(owner, key);
  if (how === oddities.length) Reflect.set(owner, 'uninvited', 1);
  if (how >= oddities.length) Reflect.set(owner, key, value);
  else if (oddities[how] !== undefined) Reflect.set(owner, key, oddities[how]);
}

test('whatever is asked and answered, the client is told the same as by way of the plan, and the subgraph asked no more', async () => {
  let direct = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(fc.constantFrom('', 'mutation '), ofQuery, ofShop(2)),
      fc.option(fc.tuple(fc.nat(), fc.nat(oddities.length + 1))),
      fc.constantFrom('', '', '', 'errors', 'none'),
      async ([kind, selections, below], spoilt, trouble) => {
        const query = kind ? `mutation { rename(to: "x") { ${below} } }` : `{ ${selections} }`;
        const { data, errors } = await execute({ schema, document: parse(query), rootValue });
        fc.pre(!errors);
        const answer = JSON.parse(JSON.stringify({ data }));
        if (spoilt) spoil(answer.data, ...spoilt);
        if (trouble === 'errors')
          answer.errors = [{ message: 'no', path: ['shop', 'name'], extensions: { code: 'X' } }];
        // As the wire gives it: an element that was taken out of a list is null.
        const given = trouble === 'none' ? new Error('away') : JSON.parse(JSON.stringify(answer));
        const planned = await run(executor, query, given);
        const before = await plans.peek(query);
        expect(await run(directly, query, given)).toEqual(planned);
        if (before?.node?.kind === 'Fetch') direct += 1;
      },
    ),
    { numRuns: 400 },
  );
  expect(direct).toBeGreaterThan(100);
});

test('a plan that is known is not gone through again where the answer fits', async () => {
  const query = '{ shop { id wares { cost } } }';
  const never: Executor = async () => {
    throw new Error('the plan was executed');
  };
  const quick = createFastPath(never, { plans, sources: new Map([['shop', source]]) });
  const answer = { data: { shop: { id: 's', wares: [{ cost: 1 }] } } };
  await expect(run(quick, query, answer)).rejects.toThrow('the plan was executed');
  await run(executor, query, answer);
  expect(await run(quick, query, answer)).toEqual({ sent: JSON.stringify([answer.data, null, null]), asked: 1 });
});
