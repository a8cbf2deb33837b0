import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AuditResult, serverAudits } from 'graphql-http';
import { type Started, startFixture } from '../../../fixtures/start-fixture.ts';

let fixture: Started;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

const told = (results: AuditResult[]) =>
  results.map((result) => (result.status === 'ok' ? result.id : `${result.id} ${result.name}: ${result.reason}`));

/** Runs every audit; GETs carry a header that shows they are no forgery where `preflight` says so. */
async function audit(preflight: boolean) {
  const fetchFn = (url: string, init: RequestInit = {}) => {
    const isGet = (init.method ?? 'GET') === 'GET';
    const headers = isGet && preflight ? { ...init.headers, 'apollo-require-preflight': 'yes' } : { ...init.headers };
    return fetch(url, { ...init, headers });
  };
  const results = await Promise.all(
    serverAudits({ url: `${fixture.url}/graphql`, fetchFn }).map(async ({ fn }) => await fn()),
  );
  const isOk = ({ status }: AuditResult) => status === 'ok';
  return { passed: told(results.filter(isOk)), failed: told(results.filter((result) => !isOk(result))) };
}

test('the public audit of GraphQL over HTTP is passed in every point', async () => {
  const { passed, failed } = await audit(true);
  expect(failed).toEqual([]);
  expect(passed).toHaveLength(61);
});

test('only GETs that any page could make a browser send are refused, which the audit allows', async () => {
  const { failed } = await audit(false);
  expect(failed).toEqual([
    '5A70 MAY accept application/x-www-form-urlencoded formatted GET requests: Response status code is not 200',
    expect.stringMatching(/^D6D5 MAY allow URL-encoded JSON string/),
    expect.stringMatching(/^6A70 MAY allow URL-encoded JSON string/),
  ]);
});
