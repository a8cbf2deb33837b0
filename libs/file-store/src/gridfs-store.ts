import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { conflict, isAppError, notFound } from '@tributary/core';
import { type Filter, GridFSBucket, type GridFSFile, MongoClient } from 'mongodb';
import { assertFileName, assertFolderName, fromKey, toKey, toUploadId, toWritePrefix } from './file-names.ts';
import { countAndHash, type FileStore } from './file-store.ts';
import { beginsWith, newWriteId, sweepOrphanChunks } from './gridfs-chunks.ts';
import { isBrokenConnection, isDuplicate, mongoUnavailable } from './mongo-errors.ts';

/**
 * A file store in MongoDB's GridFS; nothing is connected until it is used. A file is its entry in `files.files`, written
 * last: chunks without one belong to a dead writer. The entry's `filename` is the file's key, which a unique index keeps single.
 */
export async function openGridfsStore(url: string): Promise<FileStore> {
  const client = new MongoClient(url, {
    appName: 'tributary',
    serverSelectionTimeoutMS: 2_000,
    connectTimeoutMS: 2_000,
  });
  const writeConcern = { w: 'majority', journal: true } as const;
  const db = client.db(undefined, { writeConcern });
  const bucket = new GridFSBucket(db, { bucketName: 'files', writeConcern });
  const files = db.collection<GridFSFile>('files.files');
  const chunks = db.collection('files.chunks');
  const find = async (filename: string) => run(() => files.findOne({ filename }));
  let isIndexed = false;
  async function indexOnce() {
    if (!isIndexed) await run(() => files.createIndex({ filename: 1 }, { unique: true }));
    isIndexed = true;
  }

  /**
   * After a failed first connection the driver would refuse everything permanently: connecting again fixes it. After a
   * broken connection the operation is repeated at once on another, since repeating it does no harm.
   */
  async function run<T>(operation: () => Promise<T>, tries = 2): Promise<T> {
    try {
      await client.connect();
      return await operation();
    } catch (error) {
      if (tries > 1 && isBrokenConnection(error)) return run(operation, tries - 1);
      throw mongoUnavailable(error);
    }
  }

  /** Deletes files, then the chunks of these and of all writes that never became one. */
  async function deleteWrites(filter: Filter<GridFSFile>, prefix: string) {
    await run(async () => {
      for (const file of await files.find(filter).toArray()) {
        await files.deleteOne({ _id: file._id });
        await chunks.deleteMany({ files_id: file._id });
      }
      await chunks.deleteMany({ files_id: beginsWith(prefix) });
    });
  }

  const store: FileStore = {
    async write(name, content, { signal } = {}) {
      const key = toKey(assertFileName(name));
      if ((await find(key)) !== null) throw conflict(`The file ${name} exists already.`);
      await indexOnce();
      const upload = bucket.openUploadStream(key, { id: newWriteId(key) });
      const { stream, result } = countAndHash();
      try {
        await pipeline(content, stream, upload, signal ? { signal } : {});
      } catch (error) {
        await chunks.deleteMany({ files_id: upload.id }).catch(() => undefined);
        throw isDuplicate(error) ? conflict(`The file ${name} exists already.`) : mongoUnavailable(error);
      }
      return result();
    },
    async put(name, content) {
      try {
        await store.write(name, Readable.from([content]));
      } catch (error) {
        if (!isAppError(error, 'CONFLICT')) throw error;
      }
    },
    async read(name, { start = 0, end } = {}) {
      const file = await find(toKey(assertFileName(name)));
      if (file === null) throw notFound(`There is no file ${name}.`);
      return bucket.openDownloadStream(file._id, { start, end: end === undefined ? file.length : end + 1 });
    },
    async stat(name) {
      const file = await find(toKey(assertFileName(name)));
      return file === null ? null : { bytes: file.length };
    },
    async delete(name) {
      const key = toKey(assertFileName(name));
      await deleteWrites({ filename: key }, toWritePrefix(key));
    },
    async deleteFolder(folder) {
      if (toUploadId(assertFolderName(folder)) === '') throw new Error(`The folder ${folder} is never deleted whole.`);
      await deleteWrites({ filename: beginsWith(folder) }, folder);
    },
    async *list(folder) {
      await run(async () => undefined);
      const filter =
        folder === undefined || assertFolderName(folder) === 'uploads/' ? {} : { filename: beginsWith(folder) };
      for await (const { filename, length, uploadDate } of files.find(filter)) {
        const name = fromKey(filename);
        if (folder === undefined || name.startsWith(folder)) yield { name, bytes: length, createdAt: uploadDate };
      }
    },
    sweep: (options) => run(() => sweepOrphanChunks({ files, chunks }, options)),
    async ping() {
      await run(() => db.command({ ping: 1 }));
    },
    close: () => client.close(),
  };
  return store;
}
