import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { startMongoFixture } from '@tributary/testing';
import { MongoClient, ObjectId } from 'mongodb';
import { describeFileStore } from '../fixtures/describe-file-store.ts';
import { openFileStore } from './open-file-store.ts';

describeFileStore('the directory store', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'file-store-'));
  return { url: pathToFileURL(folder).href, remove: () => rm(folder, { recursive: true }) };
});

describeFileStore('the GridFS store, by the real driver against the fixture', async () => {
  const mongo = await startMongoFixture();
  return { url: mongo.url, remove: () => mongo.close() };
});

test('GridFS chunks of a writer that died are swept once they are old enough', async () => {
  const mongo = await startMongoFixture();
  const client = await new MongoClient(mongo.url).connect();
  const chunks = client.db().collection('files.chunks');
  await chunks.insertMany([3, 4].map((n) => ({ files_id: new ObjectId(), n, data: Buffer.from('lost') })));
  const store = await openFileStore(mongo.url);
  await store.sweep(60_000);
  expect(await chunks.find().toArray()).toHaveLength(2);
  await store.sweep(-10_000);
  expect(await chunks.find().toArray()).toEqual([]);
  await Promise.all([store.close(), client.close()]);
  await mongo.close();
});

test('a directory keeps no half of a file that broke off, and old halves are swept', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'file-store-'));
  const store = await openFileStore(pathToFileURL(folder).href);
  await writeFile(join(folder, '.incoming', 'left'), 'by a process that died');
  await store.sweep(60_000);
  expect(await readdir(join(folder, '.incoming'))).toEqual(['left']);
  await store.sweep(-10_000);
  expect(await readdir(join(folder, '.incoming'))).toEqual([]);
  await rm(folder, { recursive: true });
});
