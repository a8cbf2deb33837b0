import { expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import { askForStream, sse } from '../../fixtures/http-streams.ts';
import { startFixture } from '../../fixtures/start-fixture.ts';

test('with too many operations in hand new ones get 503 and Retry-After on every transport, readiness 503, liveness 200', async () => {
  const fixture = await startFixture({ MAX_IN_FLIGHT: '1' });
  try {
    await fixture.untilReady();
    const { url, ask, subgraph, connect } = fixture;
    subgraph.mood = 'silent';
    const gone = new AbortController();
    const first = askForStream(url, 'application/json', '{ who }', { signal: gone.signal });
    await waitFor(async () => subgraph.queries === 1);
    const refusal = { code: 'UNAVAILABLE', limit: 'MAX_IN_FLIGHT', retryAfterSeconds: 1 };
    for (const accept of ['application/json', sse]) {
      const response = await askForStream(url, accept, '{ who }');
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: refusal }] });
    }
    const client = connect();
    await expect(client.iterate({ query: '{ who }' }).next()).rejects.toMatchObject([{ extensions: refusal }]);
    await client.dispose();
    expect(await (await fetch(`${url}/health/ready`)).json()).toMatchObject({ waitingFor: ['less to do'] });
    expect((await fetch(`${url}/health/live`)).status).toBe(200);

    subgraph.mood = 'well';
    gone.abort();
    await expect(first).rejects.toThrow('aborted');
    await waitFor(async () => (await ask('{ who }')).status === 200);
  } finally {
    await fixture.stop();
  }
});

test('while the event loop lags new operations get 503, and none once it runs again', async () => {
  const fixture = await startFixture({ MAX_EVENT_LOOP_LAG_MS: '100' });
  try {
    await fixture.untilReady();
    await waitFor(async () => {
      const end = performance.now() + 400;
      while (performance.now() < end);
      const { status } = await fixture.ask('{ who }');
      return status === 503;
    });
    await waitFor(async () => (await fixture.ask('{ who }')).status === 200, { timeoutMs: 20_000 });
  } finally {
    await fixture.stop();
  }
});
