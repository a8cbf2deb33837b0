import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Started, startFixture } from '../../fixtures/start-fixture.ts';

let fixture: Started;
beforeAll(async () => {
  fixture = await startFixture();
  await fixture.untilReady();
});
afterAll(() => fixture.stop());

const revoke = (subject: string) =>
  fixture.revocations.push({ subject, revokedBefore: Date.now() + 30_000, expiresAt: Date.now() + 60_000 });

/** Removes every key of this instance, as a flush or a restart without persistence does. */
async function loseData() {
  const keys = await fixture.redis.keys(`${fixture.prefix}*`);
  if (keys.length > 0) await fixture.redis.unlink(...keys);
}

const ask = (claims: object) => fixture.ask('{ who }', { token: fixture.accessToken(claims) });

test('a revoked token stays refused after Redis lost its data', async () => {
  const token = fixture.accessToken({ sub: 'u2' });
  expect(await fixture.ask('{ who }', { token })).toMatchObject({ status: 200 });
  revoke('u2');
  await loseData();
  expect(await fixture.ask('{ who }', { token })).toMatchObject({ status: 401 });
  expect(await ask({ sub: 'u3' })).toMatchObject({ status: 200 });
});

test('a token of an ended session is refused, one of another session of the user is not', async () => {
  revoke('session-1');
  await loseData();
  expect(await ask({ sub: 'u4', sid: 'session-1' })).toMatchObject({ status: 401 });
  expect(await ask({ sub: 'u4', sid: 'session-2' })).toMatchObject({ status: 200 });
});

test('no token is accepted while the data is lost and the users subgraph is unavailable', async () => {
  await ask({ sub: 'u5' });
  fixture.published.isAway = true;
  await loseData();
  expect(await ask({ sub: 'u5' })).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] });
  fixture.published.isAway = false;
});
