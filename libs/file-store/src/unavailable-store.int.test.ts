import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { startMongoFixture, startTcpProxy, waitFor } from '@tributary/testing';
import { openFileStore } from './open-file-store.ts';

const content = () => Readable.from([Buffer.from('kept')]);

test('GridFS is UNAVAILABLE within 3 seconds while MongoDB is away, and serves again soon after', async () => {
  const mongo = await startMongoFixture();
  const proxy = await startTcpProxy(mongo.url, 27017);
  const store = await openFileStore(proxy.proxyUrl(mongo.url));
  await store.write('uploads/one', content());
  await proxy.stop();
  const since = performance.now();
  await expect(store.read('uploads/one')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(store.write('uploads/two', content())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(performance.now() - since).toBeLessThan(6_000);
  await proxy.resume();
  await waitFor(() => store.ping().then(() => true), { timeoutMs: 3_000, what: 'the store' });
  expect(await text(await store.read('uploads/one'))).toBe('kept');
  await store.write('uploads/two', content());
  await store.close();
  await proxy.close();
  await mongo.close();
});

test('GridFS answers the first question after MongoDB restarted while nothing was asked', async () => {
  const mongo = await startMongoFixture();
  const proxy = await startTcpProxy(mongo.url, 27017);
  const store = await openFileStore(proxy.proxyUrl(mongo.url));
  await store.write('uploads/one', content());
  await proxy.stop();
  await proxy.resume();
  expect(await store.stat('uploads/one')).toEqual({ bytes: 4 });
  await store.close();
  await proxy.close();
  await mongo.close();
});

test('a directory that is taken away is UNAVAILABLE, and serves again when it is back, full or empty', async () => {
  const home = await mkdtemp(join(tmpdir(), 'file-store-'));
  const [here, elsewhere] = [join(home, 'here'), join(home, 'elsewhere')];
  const store = await openFileStore(pathToFileURL(here).href);
  await store.write('uploads/one', content());
  await rename(here, elsewhere);
  await expect(store.write('uploads/two', content())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await rename(elsewhere, here);
  await store.ping();
  expect(await text(await store.read('uploads/one'))).toBe('kept');
  await rm(here, { recursive: true });
  await mkdir(here);
  await store.ping();
  await store.write('uploads/two', content());
  await rm(home, { recursive: true });
});

test('a directory that cannot be made yet is UNAVAILABLE rather than the end of the start', async () => {
  // Below what is no folder nobody can make one, not even root.
  const store = await openFileStore(pathToFileURL('/dev/null/files').href);
  await expect(store.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
