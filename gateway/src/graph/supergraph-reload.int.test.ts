import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createLog, systemClock } from '@tributary/core';
import { waitFor } from '@tributary/testing';
import { knows, startReloadable, withField } from '../../fixtures/start-reloadable.ts';
import { createTestClient } from '../../fixtures/test-client.ts';
import { readGatewayConfig } from '../config.ts';
import { startGateway } from '../gateway.ts';

let fixture: Awaited<ReturnType<typeof startReloadable>>;
beforeAll(async () => {
  fixture = await startReloadable();
});
afterEach(() => fixture.putBack());
afterAll(() => fixture.stop());

const servings = () => fixture.logged.filter(({ msg }) => msg === 'supergraph replaced').length;

describe('supergraph replaced', () => {
  test('when the file is replaced', async () => {
    await fixture.put(withField(fixture.original, 'added'));
    await waitFor(() => fixture.knows('added'));
  });

  test('when it is written in two halves, of which the first is never served', async () => {
    const sdl = withField(fixture.original, 'added');
    await writeFile(fixture.path, sdl.slice(0, sdl.length / 2));
    await waitFor(() => fixture.logged.some(({ msg }) => msg.startsWith('supergraph refused')));
    expect(await fixture.knows('who')).toBe(true);
    await writeFile(fixture.path, sdl);
    await waitFor(() => fixture.knows('added'));
    expect(servings()).toBe(1);
  });

  test('when that is asked for; one that is the same changes nothing', async () => {
    await fixture.reload();
    expect(fixture.logged).toMatchObject([{ msg: 'supergraph unchanged' }]);
    await fixture.put(withField(fixture.original, 'added'));
    await fixture.reload();
    expect(await fixture.knows('added')).toBe(true);
  });

  test('when the link of a Kubernetes volume is swapped', async () => {
    const volume = join(dirname(fixture.path), 'volume');
    for (const [name, sdl] of Object.entries({ one: fixture.original, two: withField(fixture.original, 'added') })) {
      await mkdir(join(volume, name), { recursive: true });
      await writeFile(join(volume, name, 'supergraph.graphql'), sdl);
    }
    await symlink('one', join(volume, '..data'));
    await symlink(join('..data', 'supergraph.graphql'), join(volume, 'supergraph.graphql'));
    const settings = { SUPERGRAPH_PATH: join(volume, 'supergraph.graphql'), SUPERGRAPH_POLL_MS: '50' };
    const config = readGatewayConfig({ ...fixture.environment, ...settings });
    const own = await startGateway(config, { log: createLog('gateway', 'silent'), clock: systemClock });
    const client = createTestClient(own.url);
    expect(await knows(client, 'added')).toBe(false);
    await symlink('two', join(volume, '..data_tmp'));
    await rename(join(volume, '..data_tmp'), join(volume, '..data'));
    await waitFor(() => knows(client, 'added'));
    await own.stop();
  });
});

describe('a new supergraph is refused, by a line that says why, and the old one is kept', () => {
  const ftp = { from: /url: "http:[^"]*"\)/, to: 'url: "ftp://here")' };
  test.each<[string, (sdl: string) => string, RegExp]>([
    ['that does not parse', (sdl) => `${sdl} type {`, /Syntax Error/],
    ['that is empty', () => ' ', /Unexpected <EOF>/],
    ['that is no supergraph', () => 'type Query { a: Int }', /no subgraph "boxes"/],
    ['that lacks a type', (sdl) => sdl.replace(/\ntype Item\b[^}]*\}/, ''), /cannot load it.*Item/],
    [
      'that lacks what a route leads to',
      (sdl) => sdl.replace('name: "boxes"', 'name: "crates"'),
      /PASS_THROUGH.*"boxes"/,
    ],
    ['with a URL that is none of HTTP', (sdl) => sdl.replace(ftp.from, ftp.to), /"ftp:\/\/here".*"boxes"/],
    ['whose event log leads nowhere', (sdl) => sdl.replace('"box.items"', '"box.none"'), /@eventLog.*"none"/],
  ])('one %s', async (_name, change, reason) => {
    await fixture.put(change(fixture.original));
    await waitFor(() => fixture.logged.length > 0);
    const msg = 'supergraph refused, previous one kept';
    expect(fixture.logged.at(-1)).toMatchObject({ msg, reason: expect.stringMatching(reason) });
    expect(await fixture.ask('{ who }')).toMatchObject({ data: { who: 'nobody' } });
  });

  test('one that is gone', async () => {
    await rm(fixture.path);
    await waitFor(() => fixture.logged.some(({ reason }) => reason?.includes('ENOENT')));
    expect(await fixture.ask('{ who }')).toMatchObject({ data: { who: 'nobody' } });
  });
});

test('the number of plans told is that of the graph that is served, also after another was refused', async () => {
  const plans = async () => Number(/^tributary_gateway_plans (\d+)$/m.exec(await fixture.metrics.metrics())?.[1]);
  await fixture.ask('{ who { token } }');
  expect(await plans()).toBeGreaterThan(0);
  const before = await plans();
  await fixture.put(fixture.original.replace('"box.items"', '"box.none"'));
  await fixture.reload();
  expect(fixture.logged.some(({ msg }) => msg.startsWith('supergraph refused'))).toBe(true);
  expect(await plans()).toBe(before);
  await fixture.put(withField(fixture.original, 'added'));
  await fixture.reload();
  expect(await plans()).toBe(0);
});
