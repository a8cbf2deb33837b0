import { type Collection, type Document, type GridFSFile, ObjectId } from 'mongodb';
import { endOfPrefix, fromWriteId, toWriteId } from './file-names.ts';
import type { FileStore } from './file-store.ts';

/**
 * The `_id` of one write of a file: its chunks name the file they were meant for, also without an entry. GridFS takes any
 * value for it; only the driver's types insist on an ObjectId.
 */
export const newWriteId = (key: string) => toWriteId(key) as unknown as ObjectId;

/** Matches the texts that begin with `prefix`. */
export const beginsWith = (prefix: string) => ({ $gte: prefix, $lt: endOfPrefix(prefix) });

/** The name of the file that chunks were meant for, or null for those written before the `_id` contained it. */
const toName = (filesId: unknown) => (typeof filesId === 'string' ? fromWriteId(filesId) : null);

/**
 * Deletes chunks without an entry whose file is forgotten and that were all written more than `olderThanMs` ago. The
 * entry is looked for before the file is asked about: one that is written in between is of a file that is known.
 */
export async function sweepOrphanChunks(
  { files, chunks }: { files: Collection<GridFSFile>; chunks: Collection<Document> },
  { olderThanMs, isForgotten }: Parameters<FileStore['sweep']>[0],
): Promise<void> {
  const before = ObjectId.createFromTime(Math.floor((Date.now() - olderThanMs) / 1000));
  // Answered by the index alone: no chunk is read.
  const all = chunks.find({}, { projection: { _id: 0, files_id: 1 }, sort: { files_id: 1, n: 1 } });
  let seen: string | undefined;
  for await (const { files_id } of all) {
    if (String(files_id) === seen) continue;
    seen = String(files_id);
    if ((await files.findOne({ _id: files_id })) !== null || (await isYoung(files_id))) continue;
    const name = toName(files_id);
    if (name === null || (await isForgotten(name))) await chunks.deleteMany({ files_id });
  }

  async function isYoung(files_id: unknown) {
    const last = await chunks.findOne({ files_id }, { projection: { _id: 1 }, sort: { n: -1 } });
    return last !== null && String(last._id) >= String(before);
  }
}
