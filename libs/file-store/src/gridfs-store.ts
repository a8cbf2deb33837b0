import { pipeline } from 'node:stream/promises';
import { conflict, notFound } from '@tributary/core';
import { GridFSBucket, type GridFSFile, MongoClient, ObjectId } from 'mongodb';
import { countAndHash } from './count-and-hash.ts';
import { fileId } from './file-id.ts';
import type { FileStore } from './file-store.ts';
import { mongoUnavailable } from './mongo-unavailable.ts';

/**
 * A file store in MongoDB's GridFS; nothing is connected until it is used. A file is its entry in `files.files`, written
 * last: chunks without one belong to a writer that died. The file's name is its id, and the first entry of a name counts.
 */
export async function openGridfsStore(url: string): Promise<FileStore> {
  const client = new MongoClient(url, { appName: 'tributary', serverSelectionTimeoutMS: 5_000 });
  const db = client.db(undefined, { writeConcern: { w: 'majority', journal: true } });
  const bucket = new GridFSBucket(db, { bucketName: 'files' });
  const files = db.collection<GridFSFile>('files.files');
  const chunks = db.collection('files.chunks');
  const find = async (id: string) => reachable(files.findOne({ filename: fileId(id) }, { sort: { uploadDate: 1 } }));

  return {
    async write(id, content, { signal } = {}) {
      if ((await find(id)) !== null) throw conflict(`The file ${id} exists already.`);
      const upload = bucket.openUploadStream(id, { id: new ObjectId() });
      const { stream, result } = countAndHash();
      try {
        await pipeline(content, stream, upload, signal ? { signal } : {});
      } catch (error) {
        await chunks.deleteMany({ files_id: upload.id }).catch(() => undefined);
        throw mongoUnavailable(error);
      }
      return result();
    },
    async read(id, { start = 0, end } = {}) {
      const file = await find(id);
      if (file === null) throw notFound(`There is no file ${id}.`);
      return bucket.openDownloadStream(file._id, { start, end: end === undefined ? file.length : end + 1 });
    },
    async stat(id) {
      const file = await find(id);
      return file === null ? null : { bytes: file.length };
    },
    async delete(id) {
      for (const { _id } of await reachable(files.find({ filename: fileId(id) }).toArray())) {
        await reachable(bucket.delete(_id));
      }
    },
    async *list() {
      for await (const { filename, uploadDate } of files.find()) yield { id: filename, createdAt: uploadDate };
    },
    async sweep(olderThanMs) {
      const before = ObjectId.createFromTime(Math.floor((Date.now() - olderThanMs) / 1000));
      const old = chunks.find({ n: 0, _id: { $lt: before } }, { projection: { files_id: 1 } });
      for await (const { files_id } of old) {
        if ((await files.findOne({ _id: files_id })) === null) await chunks.deleteMany({ files_id });
      }
    },
    async ping() {
      await reachable(db.command({ ping: 1 }));
    },
    close: () => client.close(),
  };
}

async function reachable<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw mongoUnavailable(error);
  }
}
