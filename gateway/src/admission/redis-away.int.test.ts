import { expect, test } from '@jest/globals';
import { startTcpProxy, testServers, waitFor } from '@tributary/testing';
import { startFixture } from '../../fixtures/start-fixture.ts';

test('a token is checked again without a restart after Redis was away; meanwhile it is UNAVAILABLE within 3 seconds, never let in', async () => {
  const { REDIS_URL } = testServers();
  const proxy = await startTcpProxy(REDIS_URL, 6379);
  const fixture = await startFixture({ REDIS_URL: proxy.proxyUrl(REDIS_URL) });
  await fixture.untilReady();
  const ask = () => fixture.ask('{ who }', { token: fixture.accessToken() });
  await proxy.stop();
  const waiting = ask();
  await proxy.resume();
  expect(await waiting).toEqual({ status: 200, data: { who: 'u1' } });

  await proxy.stop();
  const since = performance.now();
  expect(await ask()).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] });
  expect(performance.now() - since).toBeLessThan(3_000);
  await waitFor(async () => (await fetch(`${fixture.url}/health/ready`)).status === 503);
  await proxy.resume();
  await waitFor(async () => (await ask()).status === 200, { timeoutMs: 3_000, what: 'an answer' });
  await fixture.untilReady();
  await fixture.stop();
  await proxy.close();
});
