import { createHash, randomUUID } from 'node:crypto';
import { type FileStore, toResultFolder } from '@tributary/file-store';
import { z } from 'zod';

/** The part of a file store that the work on uploads uses. */
export type WorkFiles = Omit<FileStore, 'sweep'>;

const workEnd = z.object({
  type: z.enum(['completed', 'failed', 'cancelled']),
  body: z.record(z.string(), z.unknown()),
});

/** How the work on an upload ended: the type and body of the message that reports it. */
export type WorkEnd = z.output<typeof workEnd>;

const savedWork = z.object({
  value: z.unknown(),
  counts: z.record(z.string(), z.number()),
  problems: z.array(z.unknown()),
  problemCount: z.number(),
  resultFiles: z.array(z.unknown()),
});

/** Everything that a later delivery continues from. */
export type SavedWork = z.output<typeof savedWork>;

/** What is stored about the work on one upload, beside its result files. */
export interface WorkRecord {
  /** Null while the work has not ended. */
  findEnd(): Promise<WorkEnd | null>;
  /** Stores how the work ended, unless an end is stored already; returns the one that stands. Checkpoints are deleted. */
  end(end: WorkEnd): Promise<WorkEnd>;
  findCheckpoint(): Promise<SavedWork | null>;
  saveCheckpoint(saved: SavedWork): Promise<void>;
  /**
   * Records that handling a message started. Returns how often it was started without finishing since the last checkpoint, i.e.
   * how often a worker crashed on it. `exit` records that this time it finished.
   */
  start(messageId: string): Promise<{ readonly crashes: number; exit(): Promise<void> }>;
  resetCrashes(): Promise<void>;
}

const startsFolder = '.starts/';
const checkpointsFolder = '.checkpoints/';

/** Opens the record of the work on an upload, kept as files in its folder. */
export function openWorkRecord(files: WorkFiles, uploadId: string): WorkRecord {
  const folder = toResultFolder(uploadId);
  const endName = `${folder}.end.json`;
  let checkpoints: number | null = null;

  const put = (name: string, value: unknown) => files.put(name, Buffer.from(JSON.stringify(value)));

  async function countCheckpoints(): Promise<number> {
    checkpoints ??= (await listNames(files, `${folder}${checkpointsFolder}`)).length;
    return checkpoints;
  }

  async function findEnd(): Promise<WorkEnd | null> {
    return (await files.stat(endName)) === null ? null : workEnd.parse(await readJson(files, endName));
  }

  return {
    findEnd,
    async end(end) {
      await put(endName, end);
      await files.deleteFolder(`${folder}${checkpointsFolder}`);
      await files.deleteFolder(`${folder}${startsFolder}`);
      return workEnd.parse(await readJson(files, endName));
    },
    async findCheckpoint() {
      const names = await listNames(files, `${folder}${checkpointsFolder}`);
      const last = names.sort().at(-1);
      checkpoints = names.length;
      return last === undefined ? null : savedWork.parse(await readJson(files, last));
    },
    async saveCheckpoint(saved) {
      const number = (await countCheckpoints()) + 1;
      await put(`${folder}${checkpointsFolder}${String(number).padStart(9, '0')}.json`, saved);
      checkpoints = number;
    },
    async start(messageId) {
      const message = createHash('sha256').update(messageId).digest('hex').slice(0, 16);
      const prefix = `${folder}${startsFolder}${message}-${await countCheckpoints()}-`;
      const earlier = (await listNames(files, `${folder}${startsFolder}`)).filter((name) => name.startsWith(prefix));
      const own = `${prefix}${randomUUID()}`;
      await put(own, {});
      return { crashes: earlier.length, exit: () => files.delete(own) };
    },
    resetCrashes: () => files.deleteFolder(`${folder}${startsFolder}`),
  };
}

async function listNames(files: WorkFiles, folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of files.list(folder)) names.push(name);
  return names;
}

async function readJson(files: WorkFiles, name: string): Promise<unknown> {
  const parts: Uint8Array[] = [];
  for await (const part of await files.read(name)) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}
