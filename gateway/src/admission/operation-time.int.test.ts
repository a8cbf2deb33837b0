import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import { askForStream, sse } from '../../fixtures/http-streams.ts';
import { type Started, startFixture } from '../../fixtures/start-fixture.ts';
import { putParts } from '../../fixtures/test-client.ts';

let fixture: Started;
beforeAll(async () => {
  fixture = await startFixture({ OPERATION_TIMEOUT_MS: '300' });
});
afterEach(() => {
  fixture.subgraph.mood = 'well';
});
afterAll(() => fixture.stop());

const tooLong = { code: 'UNAVAILABLE', limit: 'OPERATION_TIMEOUT_MS', retryAfterSeconds: 1 };

test('when the time of an operation is up the client is told, and the subgraph sees its connection closed', async () => {
  const { ask, subgraph, url, connect } = fixture;
  subgraph.mood = 'silent';
  const before = subgraph.abandoned;
  expect(await ask('{ who }')).toMatchObject({ status: 200, errors: [{ extensions: tooLong }] });
  expect(await (await askForStream(url, sse, '{ who }')).text()).toContain('OPERATION_TIMEOUT_MS');
  const client = connect();
  const { value } = await client.iterate({ query: '{ who }' }).next();
  expect(value).toMatchObject({ errors: [{ extensions: tooLong }] });
  await client.dispose();
  await waitFor(async () => subgraph.abandoned === before + 3);
});

test('when the client hangs up the subgraph sees its connection closed, well before the time is up', async () => {
  const patient = await startFixture({ OPERATION_TIMEOUT_MS: '600000' });
  try {
    patient.subgraph.mood = 'silent';
    const gone = new AbortController();
    const asked = askForStream(patient.url, 'application/json', '{ who }', { signal: gone.signal });
    const client = patient.connect();
    const followed = client.iterate({ query: '{ who }' }).next();
    await waitFor(async () => patient.subgraph.queries === 2);
    gone.abort();
    await expect(asked).rejects.toThrow('aborted');
    await client.terminate();
    await Promise.allSettled([followed]);
    await waitFor(async () => patient.subgraph.abandoned === 2);
  } finally {
    await patient.stop();
  }
});

test('an upload lasts as long as its bytes come', async () => {
  const form = new FormData();
  for (const [name, text] of putParts()) form.append(name, text);
  form.append('0', new Blob(['x'.repeat(6_000)]), '0.csv');
  const { body, headers } = new Request('http://gateway', { method: 'POST', body: form });
  const bytes = Buffer.from(await new Response(body).arrayBuffer());
  let sent = 0;
  const slowly = new ReadableStream({
    async pull(controller) {
      if (sent > 0) await new Promise((resolve) => setTimeout(resolve, 100));
      controller.enqueue(bytes.subarray(sent, sent + 1_000));
      sent += 1_000;
      if (sent >= bytes.length) controller.close();
    },
  });
  const response = await fetch(`${fixture.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': headers.get('content-type') ?? '', 'apollo-require-preflight': 'yes' },
    body: slowly,
    duplex: 'half',
  } as RequestInit);
  expect(await response.json()).toMatchObject({ data: { put: expect.stringMatching(/^[0-9a-f]{64}$/) } });
});
