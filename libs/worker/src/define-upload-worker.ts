import { settings } from '@tributary/core';
import { uploadAccepted, uploadCancelled, uploadDeleted, workEvents } from '@tributary/events';
import { openFileStore } from '@tributary/file-store';
import type { z } from 'zod';
import { type ConnectContext, defineWorker, type WorkerDefinition } from './define-worker.ts';
import {
  type AcceptedUpload,
  cancelWork,
  purgeWork,
  type UploadContext,
  type WorkResult,
  workOnUpload,
} from './upload-work.ts';
import type { WorkFiles } from './work-record.ts';

interface UploadKind {
  readonly name: string;
  readonly waitsFor: readonly string[];
}

export interface UploadWorkerDefinition<S extends z.ZodObject, D extends object> {
  /** The folder's name. */
  readonly name: string;
  /** The kinds of upload that the worker processes: it gets the messages of no other kind. */
  readonly kinds: readonly UploadKind[];
  /** Number of uploads processed at the same time. */
  readonly concurrency: number;
  /** The worker's part of the environment. */
  readonly config: S;
  /** Opens what `process` needs, as for any worker. */
  connect(config: z.output<S>, context: ConnectContext): Promise<D> | D;
  /**
   * Does the work on one upload, safe to run twice. Throwing InvalidInput ends the upload as FAILED; UNAVAILABLE is retried without
   * limit; any other error is tried 5 times without progress and then dead-lettered.
   */
  process(upload: AcceptedUpload, context: UploadContext, dependencies: D): Promise<WorkResult>;
}

/**
 * Declares a worker that processes uploads. The runtime publishes the `*.work.*` messages, counts crashes, stores checkpoints and
 * result files, and honours cancellation and deletion.
 */
export function defineUploadWorker<S extends z.ZodObject, D extends object>({
  name,
  kinds,
  concurrency,
  config,
  connect,
  process,
}: UploadWorkerDefinition<S, D>): WorkerDefinition {
  for (const kind of kinds) assertOwnPrerequisites(kind);
  return defineWorker({
    name,
    kinds,
    consumes: [uploadAccepted, uploadCancelled, uploadDeleted],
    prefetch: concurrency,
    // A cancellation must not wait behind the uploads that it is to stop.
    separateQueues: { cancellations: { consumes: [uploadCancelled], prefetch: 2 } },
    config: config.extend({ FILE_STORE_URL: settings.fileStoreUrl }),
    async connect({ FILE_STORE_URL, ...values }, context: ConnectContext) {
      const files: WorkFiles = await openFileStore(settings.fileStoreUrl.parse(FILE_STORE_URL));
      context.onClose(() => files.close());
      const running = new Map<string, AbortController>();
      return { files, running, own: await connect(config.parse(values), context) };
    },
    checks: { 'the file store': ({ files }) => files.ping() },
    handle({ type, body }, dependencies) {
      const runtime = { ...dependencies, worker: name };
      if (type === 'uploads.upload.deleted') return purgeWork(body, runtime);
      if (type === 'uploads.upload.cancelled') return cancelWork(body, runtime);
      return workOnUpload(body, (upload, context) => process(upload, context, dependencies.own), runtime);
    },
    async onDelayed({ type, body: { uploadId } }, { reason, retryInMs }, { publish, clock }) {
      if (type === 'uploads.upload.deleted') return;
      const message = `${reason.replace(/\.$/, '')}, next try in ${Math.ceil(retryInMs / 1000)} s.`;
      await publish(workEvents(name).delayed, { uploadId, at: clock.now().toISOString(), message });
    },
    async onDeadLettered({ type, body: { uploadId } }, { publish, clock }) {
      if (type === 'uploads.upload.deleted') return;
      const task = type === 'uploads.upload.cancelled' ? 'Cancelling' : 'Processing';
      const message = `${task} failed repeatedly. An administrator has to look at it; you can also cancel or delete it.`;
      await publish(workEvents(name).delayed, { uploadId, at: clock.now().toISOString(), message, deadLettered: true });
    },
  });
}

/** Only a worker with a database of its own knows when other uploads have ended. */
function assertOwnPrerequisites({ name, waitsFor }: UploadKind): void {
  if (waitsFor.length > 0) throw new Error(`The kind ${name} waits for others, which this runtime does not support.`);
}
