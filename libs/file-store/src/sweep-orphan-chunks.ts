import { type Collection, type Document, type GridFSFile, ObjectId } from 'mongodb';
import type { FileStore } from './file-store.ts';
import { fileOfWrite } from './gridfs-ids.ts';

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
    const fileId = fileOfWrite(files_id);
    if (fileId === null || (await isForgotten(fileId))) await chunks.deleteMany({ files_id });
  }

  async function isYoung(files_id: unknown) {
    const last = await chunks.findOne({ files_id }, { projection: { _id: 1 }, sort: { n: -1 } });
    return last !== null && String(last._id) >= String(before);
  }
}
