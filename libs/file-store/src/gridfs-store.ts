import { pipeline } from 'node:stream/promises';
import { conflict, notFound } from '@tributary/core';
import { GridFSBucket, type GridFSFile, MongoClient } from 'mongodb';
import { assertFileId, countAndHash, type FileStore } from './file-store.ts';
import { matchWrites, sweepOrphanChunks, writeId } from './gridfs-chunks.ts';
import { isBrokenConnection, isDuplicate, mongoUnavailable } from './mongo-errors.ts';

/**
 * A file store in MongoDB's GridFS; nothing is connected until it is used. A file is its entry in `files.files`, written
 * last: chunks without one belong to a writer that died. The file's name is its id, which a unique index keeps single.
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
   * After a first connection that failed, the driver would refuse everything for ever: connecting again mends it. A connection
   * that broke is another's turn at once, since nothing asked here does harm twice.
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

  return {
    async write(id, content, { signal } = {}) {
      if ((await find(assertFileId(id))) !== null) throw conflict(`The file ${id} exists already.`);
      await indexOnce();
      const upload = bucket.openUploadStream(id, { id: writeId(id) });
      const { stream, result } = countAndHash();
      try {
        await pipeline(content, stream, upload, signal ? { signal } : {});
      } catch (error) {
        await chunks.deleteMany({ files_id: upload.id }).catch(() => undefined);
        throw isDuplicate(error) ? conflict(`The file ${id} exists already.`) : mongoUnavailable(error);
      }
      return result();
    },
    async read(id, { start = 0, end } = {}) {
      const file = await find(assertFileId(id));
      if (file === null) throw notFound(`There is no file ${id}.`);
      return bucket.openDownloadStream(file._id, { start, end: end === undefined ? file.length : end + 1 });
    },
    async stat(id) {
      const file = await find(assertFileId(id));
      return file === null ? null : { bytes: file.length };
    },
    async delete(id) {
      const file = await find(assertFileId(id));
      await run(async () => {
        if (file !== null) {
          await files.deleteOne({ _id: file._id });
          await chunks.deleteMany({ files_id: file._id });
        }
        await chunks.deleteMany({ files_id: matchWrites(id) });
      });
    },
    async *list() {
      await run(async () => undefined);
      for await (const { filename, uploadDate } of files.find()) yield { id: filename, createdAt: uploadDate };
    },
    sweep: (options) => run(() => sweepOrphanChunks({ files, chunks }, options)),
    async ping() {
      await run(() => db.command({ ping: 1 }));
    },
    close: () => client.close(),
  };
}
