import { expect, test } from '@jest/globals';
import { readConfig, urlOf } from '@tributary/core';
import { uniqueName } from '@tributary/testing';
import { MongoClient } from 'mongodb';
import { z } from 'zod';
import { describeFileStore } from '../fixtures/file-store-contract.ts';
import { openFileStore } from './open-file-store.ts';

const { MONGODB_URL } = readConfig(z.object({ MONGODB_URL: urlOf('mongodb', 'mongodb+srv').optional() }));

if (MONGODB_URL !== undefined) {
  describeFileStore('the GridFS store, on a real server', async () => {
    const url = new URL(MONGODB_URL);
    url.pathname = `/${uniqueName('files')}`;
    const remove = async () => {
      const client = await new MongoClient(url.href).connect();
      await client.db().dropDatabase();
      await client.close();
    };
    return { url: url.href, remove };
  });
}

test('a MongoDB that is not there is UNAVAILABLE', async () => {
  const store = await openFileStore('mongodb://127.0.0.1:1/files');
  await expect(store.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(store.read('uploads/a-file')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await store.close();
});
