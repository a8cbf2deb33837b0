import { randomUUID } from 'node:crypto';
import type { ObjectId } from 'mongodb';

/**
 * The `_id` of one write of a file, `<file id>.<random>`: its chunks tell which file they were meant for, also without an
 * entry. GridFS takes any value for it; only the driver's types insist on an ObjectId.
 */
export const writeId = (id: string) => `${id}.${randomUUID()}` as unknown as ObjectId;

/** Matches every write of a file: no id has a dot, and `/` is the character after it. */
export const writesOf = (id: string) => ({ $gte: `${id}.`, $lt: `${id}/` });

/** The file that chunks were meant for, or null for those written before the `_id` told it. */
export function fileOfWrite(filesId: unknown): string | null {
  return typeof filesId === 'string' ? (filesId.split('.')[0] ?? null) : null;
}
