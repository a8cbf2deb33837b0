import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { askForStream, multipart, sse } from '../../fixtures/http-streams.ts';
import { type Started, startFixture } from '../../fixtures/start-fixture.ts';
import { createSubscribers } from '../../fixtures/subscribers.ts';

let fixture: Started;
beforeAll(async () => {
  fixture = await startFixture({ MAX_COST: '31', ASSUMED_LIST_SIZE: '3' });
  fixture.boxes.set('a', { state: 'CLOSED', length: 2 });
});
afterAll(() => fixture.stop());

const items = (first: number) => `{ box(id: "a") { items(first: ${first}) { n } } }`;
const cost = { estimated: 32, max: 31 };
const extensions = { code: 'COST_ESTIMATED_TOO_EXPENSIVE', cost, reason: 'OPERATION_TOO_EXPENSIVE' };

test('an operation at the largest cost runs, one above it is refused before a subgraph is asked, whichever way it comes', async () => {
  const { url, ask, connect, subgraph } = fixture;
  expect(await ask(items(30))).toMatchObject({ status: 200, data: { box: { items: [{ n: 1 }, { n: 2 }] } } });
  const asked = subgraph.queries;
  expect(await ask(items(31))).toMatchObject({ errors: [{ extensions }] });
  for (const accept of [sse, `${multipart}, application/json`]) {
    expect(await (await askForStream(url, accept, items(31))).text()).toContain(JSON.stringify(extensions));
  }
  const sockets = createSubscribers({ connect });
  const refused = sockets.follow(items(31)).events.next();
  await expect(refused).rejects.toMatchObject([{ extensions }]);
  await sockets.disconnect();
  expect(subgraph.queries).toBe(asked);
});

test('the estimated cost is told to who asks for it, and to nobody else', async () => {
  const url = `${fixture.url}/graphql?query=${encodeURIComponent(items(5))}`;
  const headers = { 'apollo-require-preflight': 'yes' };
  const asked = await fetch(url, { headers: { ...headers, 'x-graphql-cost': 'report' } });
  expect(asked.headers.get('x-graphql-cost')).toBe('6');
  expect((await fetch(url, { headers })).headers.get('x-graphql-cost')).toBeNull();
});
