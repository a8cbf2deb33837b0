import { ApolloLink, CombinedProtocolErrors, gql } from '@apollo/client';
import { RetryLink } from '@apollo/client/link/retry';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTcpProxy } from '@tributary/testing';
import { askForStream, multipart } from '../../../fixtures/http-streams.ts';
import { type Started, startFixture } from '../../../fixtures/start-fixture.ts';
import { apolloOver, multipartLink } from '../../../fixtures/streaming-clients.ts';

let fixture: Started;
beforeAll(async () => {
  fixture = await startFixture({ MAX_DEPTH: '4' });
  await fixture.untilReady();
});
afterAll(() => fixture.stop());

const part = (body: object) => `\r\n--graphql\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(body)}`;
const event = (n: number) => part({ payload: { data: { items: { n } } } });

/** An Apollo Client; `follow` collects the numbers of items until the stream ends, and how it ended. */
function connect(url: string, { token, link }: { token?: string; link?: ApolloLink } = {}) {
  const http = multipartLink(url, token ?? fixture.accessToken());
  const { client, follow } = apolloOver(link ? ApolloLink.from([link, http]) : http);
  const query = 'subscription ($id: ID!, $after: Int) { items(id: $id, after: $after) { n } }';
  return {
    client,
    follow: (id: string, after: number, onItem: (n: number) => void) =>
      follow(query, { id, after }, ({ n }) => onItem(Number(n))),
  };
}

describe('Apollo Client', () => {
  test('goes on where it left off after the line was cut, each event once, and completes', async () => {
    fixture.boxes.set('again', { state: 'OPEN', length: 3 });
    const line = await startTcpProxy(fixture.url, 80);
    const { follow } = connect(line.proxyUrl(fixture.url));
    const seen: number[] = [];
    const cutAfterThree = (n: number) => void (seen.push(n) === 3 && line.resetConnections());
    expect(await follow('again', 0, cutAfterThree)).toMatchObject({ name: 'TypeError' });
    await fixture.write('again', { state: 'CLOSED', length: 5 });
    expect(await follow('again', 3, (n) => seen.push(n))).toBe('complete');
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    await line.close();
  });

  test('is told UNAUTHENTICATED as the end of the stream when its token is revoked', async () => {
    fixture.boxes.set('revoked', { state: 'OPEN', length: 1 });
    const { follow } = connect(fixture.url, { token: fixture.accessToken({ sub: 'revoked' }) });
    const error = await follow('revoked', 0, async () => {
      await fixture.redis.set(`${fixture.prefix}revokedBefore:revoked`, Date.now() + 1000, 'PX', 5000);
      await fixture.write('revoked', { state: 'CLOSED', length: 2 });
    });
    expect(error).toBeInstanceOf(CombinedProtocolErrors);
    expect(error).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  test.each([
    ['a token that is not valid', 'again', 'nonsense', 'UNAUTHENTICATED'],
    ['a log that is none', 'none', undefined, 'NOT_FOUND'],
  ])('is told %s by its code', async (_name, id, token, code) => {
    const error = await connect(fixture.url, token ? { token } : {}).follow(id, 0, () => undefined);
    expect(error).toMatchObject({ errors: [{ extensions: { code } }] });
  });

  test('asks queries as before', async () => {
    const { client } = connect(fixture.url);
    expect(await client.query({ query: gql`{ who }` })).toMatchObject({ data: { who: 'u1' } });
  });

  test('with a RetryLink connects again by itself when the gateway stops', async () => {
    const own = await startFixture();
    await own.untilReady();
    own.boxes.set('stops', { state: 'OPEN', length: 1 });
    const attempts: unknown[] = [];
    const link = new RetryLink({
      attempts: (count, _operation, error) => {
        attempts.push(error);
        return count < 2;
      },
      delay: { initial: 1, jitter: false },
    });
    const { follow } = connect(own.url, { token: own.accessToken(), link });
    let stopped: Promise<void> | undefined;
    await follow('stops', 0, () => {
      stopped = own.stopGateway();
    });
    expect(attempts[0]).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] });
    expect(attempts).toHaveLength(2);
    await stopped;
    await own.close();
  });
});

describe('the bytes', () => {
  test('a heartbeat at once, each event with the boundary behind it, the last boundary', async () => {
    fixture.boxes.set('bytes', { state: 'CLOSED', length: 2 });
    const response = await askForStream(fixture.url, multipart, 'subscription { items(id: "bytes") { n } }');
    expect(response.headers.get('content-type')).toBe('multipart/mixed;boundary="graphql";subscriptionSpec=1.0');
    expect(await response.text()).toBe(`${part({})}${event(1)}${event(2)}\r\n--graphql--\r\n`);
  });

  test('the boundary behind an event does not wait for the next one, or the heartbeat five seconds later', async () => {
    fixture.boxes.set('lag', { state: 'OPEN', length: 1 });
    const leaving = new AbortController();
    const query = 'subscription { items(id: "lag") { n } }';
    const response = await askForStream(fixture.url, multipart, query, { signal: leaving.signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const first = `${part({})}${event(1)}\r\n--graphql`;
    const texts = [''];
    while (!texts.at(-1)?.startsWith(`${part({})}${event(1)}${part({})}\r\n--graphql`)) {
      texts.push(`${texts.at(-1)}${(await reader?.read())?.value}`);
    }
    expect(texts).toContain(first);
    leaving.abort();
  });
});

test.each([
  ['does not parse', 'subscription {', 'GRAPHQL_PARSE_FAILED'],
  ['does not validate', 'subscription { whatever }', 'GRAPHQL_VALIDATION_FAILED'],
  ['is too deep', 'subscription { items(id: "a") { n { n { n { n } } } } }', 'GRAPHQL_VALIDATION_FAILED'],
])('what %s is 400 in one piece, before a stream is opened', async (_name, query, code) => {
  const response = await askForStream(fixture.url, `${multipart}, application/graphql-response+json`, query);
  expect(response.status).toBe(400);
  expect(response.headers.get('content-type')).toMatch(/^application\/graphql-response\+json/);
  expect(await response.json()).toMatchObject({
    errors: expect.arrayContaining([expect.objectContaining({ extensions: expect.objectContaining({ code }) })]),
  });
});
