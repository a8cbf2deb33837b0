import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { startMongoFixture } from '@tributary/testing';
import { GridFSBucket, MongoClient, ObjectId } from 'mongodb';
import { describeFileStore } from '../fixtures/file-store-contract.ts';
import { newWriteId } from './gridfs-chunks.ts';
import { openFileStore } from './open-file-store.ts';

describeFileStore('the directory store', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'file-store-'));
  return { url: pathToFileURL(folder).href, remove: () => rm(folder, { recursive: true }) };
});

describeFileStore('the GridFS store, by the real driver against the fixture', async () => {
  const mongo = await startMongoFixture();
  return { url: mongo.url, remove: () => mongo.close() };
});

const isForgotten = async () => true;
const isKnown = async () => false;

test('GridFS chunks of a writer that died are swept once the last one is old enough and its file is forgotten', async () => {
  const mongo = await startMongoFixture();
  const client = await new MongoClient(mongo.url).connect();
  const chunks = client.db().collection('files.chunks');
  const [lost, longAgo] = [newWriteId('a-file'), ObjectId.createFromTime(1_000_000)];
  const data = Buffer.from('lost');
  await chunks.insertMany([
    { _id: longAgo, files_id: lost, n: 3, data },
    ...[4].map((n) => ({ files_id: lost, n, data })),
  ]);
  const store = await openFileStore(mongo.url);
  await store.sweep({ olderThanMs: 60_000, isForgotten });
  await store.sweep({ olderThanMs: -10_000, isForgotten: isKnown });
  expect(await chunks.find().toArray()).toHaveLength(2);
  await store.sweep({ olderThanMs: -10_000, isForgotten });
  expect(await chunks.find().toArray()).toEqual([]);
  await Promise.all([store.close(), client.close()]);
  await mongo.close();
});

test('GridFS files and chunks whose _id does not tell the file are read, kept, swept by age and deleted all the same', async () => {
  const mongo = await startMongoFixture();
  const client = await new MongoClient(mongo.url).connect();
  const chunks = client.db().collection('files.chunks');
  await finished(new GridFSBucket(client.db(), { bucketName: 'files' }).openUploadStream('a-file').end('whole'));
  await chunks.insertOne({ files_id: new ObjectId(), n: 0, data: Buffer.from('lost') });
  const store = await openFileStore(mongo.url);
  await store.sweep({ olderThanMs: -10_000, isForgotten: isKnown });
  expect(await chunks.find().toArray()).toHaveLength(1);
  expect(await text(await store.read('uploads/a-file'))).toBe('whole');
  await store.delete('uploads/a-file');
  expect(await chunks.find().toArray()).toEqual([]);
  await Promise.all([store.close(), client.close()]);
  await mongo.close();
});

test('what a directory kept of a writer that died is swept once it is old enough, and its file forgotten or whole', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'file-store-'));
  const store = await openFileStore(pathToFileURL(folder).href);
  await store.write('uploads/whole', Readable.from([Buffer.from('x')]));
  await writeFile(join(folder, '.incoming', 'whole.1'), 'its second name');
  await writeFile(join(folder, '.incoming', 'half.1'), 'by a process that died');
  await store.sweep({ olderThanMs: 60_000, isForgotten });
  expect(await readdir(join(folder, '.incoming'))).toHaveLength(2);
  await store.sweep({ olderThanMs: -10_000, isForgotten: isKnown });
  expect(await readdir(join(folder, '.incoming'))).toEqual(['half.1']);
  await store.sweep({ olderThanMs: -10_000, isForgotten });
  expect(await readdir(join(folder, '.incoming'))).toEqual([]);
  expect(await store.stat('uploads/whole')).toEqual({ bytes: 1 });
  await rm(folder, { recursive: true });
});
