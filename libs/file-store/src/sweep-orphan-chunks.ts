import { type Collection, type Document, type GridFSFile, ObjectId } from 'mongodb';

/**
 * Deletes chunks, written more than `olderThanMs` ago, whose file has no entry. A write that takes longer than that
 * would lose its first chunks: choose a day rather than an hour.
 */
export async function sweepOrphanChunks(
  files: Collection<GridFSFile>,
  chunks: Collection<Document>,
  olderThanMs: number,
): Promise<void> {
  const before = ObjectId.createFromTime(Math.floor((Date.now() - olderThanMs) / 1000));
  const old = chunks.find({ _id: { $lt: before } }, { projection: { files_id: 1 }, sort: { files_id: 1 } });
  let seen: string | undefined;
  for await (const { files_id } of old) {
    if (String(files_id) === seen) continue;
    seen = String(files_id);
    if ((await files.findOne({ _id: files_id })) === null) await chunks.deleteMany({ files_id });
  }
}
