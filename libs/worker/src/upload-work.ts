import { Readable } from 'node:stream';
import { type Clock, type Log, unavailable } from '@tributary/core';
import { type BodyOf, type uploadAccepted, workEvents } from '@tributary/events';
import { toResultFolder, toUploadName } from '@tributary/file-store';
import type { z } from 'zod';
import type { HandlingContext } from './define-worker.ts';
import { InvalidInput, UnrecoverableError, type WorkProblem } from './handler-errors.ts';
import { createProgressGate } from './progress-gate.ts';
import { openWorkRecord, type SavedWork, type WorkEnd, type WorkFiles } from './work-record.ts';

export type AcceptedUpload = BodyOf<typeof uploadAccepted>;

type Counts = Readonly<Record<string, number>>;

/** What the work on an upload receives from the runtime. */
export interface UploadContext {
  /** The file of the upload. */
  readonly file: { readonly bytes: number; read(): Promise<AsyncIterable<Uint8Array>> };
  /** Stores a file that the work produced; one of the same name from an earlier attempt is replaced. */
  addResultFile(
    name: string,
    content: string | Uint8Array | AsyncIterable<Uint8Array>,
    options: { readonly mediaType: string },
  ): Promise<void>;
  /** Reports a problem that does not end the work, such as a rejected row. */
  reject(problem: WorkProblem): void;
  /** Reports how far the work is; published at most four times a second. */
  progress(counts: Counts, percent: number, message?: string): Promise<void>;
  /** `last` is the value that was saved last, by this delivery or an earlier one; undefined if there is none. */
  readonly checkpoint: { readonly last: unknown; save(value: unknown): Promise<void> };
  /** Aborted when the worker must stop, or the upload was cancelled or deleted. */
  readonly signal: AbortSignal;
  /** True once the delivery was worked on for long enough: save a checkpoint and throw `ContinueLater`. */
  shouldYield(): boolean;
  readonly log: Log;
  readonly clock: Clock;
}

/** The result of completed work. */
export interface WorkResult {
  readonly counts: Counts;
  /** One sentence for the owner. */
  readonly summary?: string | null;
  /** Must hold before the upload is COMPLETED. */
  readonly conditions?: readonly string[];
  readonly version?: number;
}

export type Process = (upload: AcceptedUpload, context: UploadContext) => Promise<WorkResult>;

interface Runtime extends HandlingContext {
  readonly worker: string;
  readonly files: WorkFiles;
  /** The work of this process, by upload, to be stopped by a cancellation. */
  readonly running: Map<string, AbortController>;
}

const maxCrashes = 5;
const maxProblems = 10;
const endCheckMs = 1_000;

/** The work was ended elsewhere while this delivery was worked on. */
class Superseded extends Error {}

/**
 * Processes an upload to its end and publishes that end, from the last checkpoint on; if it has ended, only publishes its end
 * again. An upload that was deleted is left alone.
 */
export async function workOnUpload(upload: AcceptedUpload, process: Process, runtime: Runtime): Promise<void> {
  const { files, messageId, signal, log } = runtime;
  const record = openWorkRecord(files, upload.uploadId);
  const ended = await record.findEnd();
  if (ended !== null) return publishEnd(ended, runtime);
  const stored = await files.stat(toUploadName(upload.fileId));
  if (stored === null) {
    log.info({ uploadId: upload.uploadId }, 'upload without file skipped');
    return;
  }
  const { crashes, exit } = await record.start(messageId);
  if (crashes >= maxCrashes) {
    await record.resetCrashes();
    throw new UnrecoverableError(`${crashes} workers crashed while they processed this upload, without any progress.`);
  }
  const exitCleanly = () => exit().catch((error: unknown) => log.warn({ err: error }, 'clean exit not recorded'));
  signal.addEventListener('abort', exitCleanly, { once: true });
  try {
    await publishEnd(await runToEnd(upload, stored.bytes, process, runtime), runtime);
  } finally {
    signal.removeEventListener('abort', exitCleanly);
    await exitCleanly();
  }
}

async function runToEnd(upload: AcceptedUpload, bytes: number, process: Process, runtime: Runtime): Promise<WorkEnd> {
  const { files, running } = runtime;
  const { uploadId } = upload;
  const record = openWorkRecord(files, uploadId);
  const saved = (await record.findCheckpoint()) ?? undefined;
  if (saved === undefined) await runtime.publish(workEvents(runtime.worker).started, aboutNow(upload, runtime));
  const stopping = new AbortController();
  running.set(uploadId, stopping);
  const work = openWork(upload, { bytes, saved, stopping: stopping.signal, runtime });
  try {
    const { counts, summary = null, conditions = [], version = 0 } = await process(upload, work.context);
    await work.assertNotEnded();
    const body = { ...aboutNow(upload, runtime), ...work.result(counts), summary, conditions, version };
    return await record.end({ type: 'completed', body });
  } catch (error) {
    const end = await record.findEnd();
    if (end !== null) return end;
    if (stopping.signal.aborted || runtime.signal.aborted) throw unavailable('The worker is stopping.');
    if (!(error instanceof InvalidInput)) throw error;
    const { counts, problems, problemCount, resultFiles } = work.result(work.counts());
    const all = [...problems, ...error.problems];
    const body = {
      ...{ ...aboutNow(upload, runtime), counts, resultFiles, code: error.code, failure: error.message },
      ...{ problems: all.slice(0, maxProblems), problemCount: problemCount + error.problems.length },
    };
    return record.end({ type: 'failed', body });
  } finally {
    if (running.get(uploadId) === stopping) running.delete(uploadId);
  }
}

interface WorkOptions {
  readonly bytes: number;
  readonly saved: SavedWork | undefined;
  readonly stopping: AbortSignal;
  readonly runtime: Runtime;
}

/** The context of one delivery's work, and what it has reported so far. */
function openWork(upload: AcceptedUpload, { bytes, saved, stopping, runtime }: WorkOptions) {
  const { files, clock, log, publish, markProgress, shouldYield } = runtime;
  const folder = toResultFolder(upload.uploadId);
  const record = openWorkRecord(files, upload.uploadId);
  let counts: Counts = saved?.counts ?? {};
  let problems = (saved?.problems ?? []) as WorkProblem[];
  let problemCount = saved?.problemCount ?? 0;
  const resultFiles = new Map(
    ((saved?.resultFiles ?? []) as ResultFile[]).map((resultFile) => [resultFile.name, resultFile]),
  );
  let last = saved?.value;
  let checkedAt = clock.now().getTime();
  const isDue = createProgressGate(0, clock);

  async function assertNotEnded() {
    stopping.throwIfAborted();
    runtime.signal.throwIfAborted();
    checkedAt = clock.now().getTime();
    if ((await record.findEnd()) !== null) throw new Superseded('The work on the upload was ended elsewhere.');
  }

  const context: UploadContext = {
    file: { bytes, read: () => files.read(toUploadName(upload.fileId)) },
    async addResultFile(name, content, { mediaType }) {
      if (name.startsWith('.')) throw new Error(`A result file cannot be named ${name}.`);
      if ((await files.stat(`${folder}${name}`)) !== null) {
        // Files of ended work are never replaced.
        await assertNotEnded();
        await files.delete(`${folder}${name}`);
      }
      const stored = await files.write(`${folder}${name}`, toStream(content), { signal: context.signal });
      resultFiles.set(name, { name, mediaType, bytes: stored.bytes });
    },
    reject(problem) {
      problemCount += 1;
      if (problems.length < maxProblems) problems = [...problems, problem];
    },
    async progress(reported, percent, message) {
      counts = reported;
      if (clock.now().getTime() - checkedAt >= endCheckMs) await assertNotEnded();
      if (!isDue(percent)) return;
      const about = aboutNow(upload, runtime);
      const body = { ...about, counts, percent, ...(message === undefined ? {} : { message }) };
      await publish(workEvents(runtime.worker).progressed, body);
    },
    checkpoint: {
      get last() {
        return last;
      },
      async save(value) {
        await assertNotEnded();
        await record.saveCheckpoint({ value, ...result(counts) });
        last = value;
        markProgress();
      },
    },
    signal: AbortSignal.any([stopping, runtime.signal]),
    shouldYield,
    log,
    clock,
  };

  const result = (final: Counts) => ({
    counts: final,
    problems,
    problemCount,
    resultFiles: [...resultFiles.values()],
  });
  return { context, result, counts: () => counts, assertNotEnded };
}

interface ResultFile {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
}

/**
 * Ends the work on an upload as cancelled, unless it has ended, and publishes the end that stands. Counts and problems are those of
 * the last checkpoint.
 */
export async function cancelWork(upload: { readonly uploadId: string }, runtime: Runtime): Promise<void> {
  const record = openWorkRecord(runtime.files, upload.uploadId);
  const saved = await record.findCheckpoint();
  const { counts = {}, problems = [], problemCount = 0, resultFiles = [] } = saved ?? {};
  const result = { counts, problems, problemCount, resultFiles, summary: 'The upload was cancelled.' };
  const end = await record.end({ type: 'cancelled', body: { ...aboutNow(upload, runtime), ...result } });
  runtime.running.get(upload.uploadId)?.abort();
  await publishEnd(end, runtime);
}

/** Stops the work on a deleted upload and deletes what it added. */
export async function purgeWork(upload: { readonly uploadId: string }, { files, running }: Runtime): Promise<void> {
  running.get(upload.uploadId)?.abort();
  await files.deleteFolder(toResultFolder(upload.uploadId));
}

async function publishEnd({ type, body }: WorkEnd, { worker, publish }: Runtime): Promise<void> {
  const contract = workEvents(worker)[type];
  // The contract checks the body when it is published.
  await publish(contract, body as z.input<typeof contract.body>);
}

const aboutNow = ({ uploadId }: { readonly uploadId: string }, { clock }: { readonly clock: Clock }) => ({
  uploadId,
  at: clock.now().toISOString(),
});

function toStream(content: string | Uint8Array | AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  if (typeof content === 'string') return Readable.from([Buffer.from(content)]);
  return content instanceof Uint8Array ? Readable.from([content]) : content;
}
