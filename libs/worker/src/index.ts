export { defineUploadWorker, type UploadWorkerDefinition } from './define-upload-worker.ts';
export {
  type ConnectContext,
  type Consumed,
  type Delay,
  defineWorker,
  type HandlingContext,
  type MessageOf,
  type WorkerDefinition,
} from './define-worker.ts';
export { BackpressureError, ContinueLater, InvalidInput, UnrecoverableError } from './handler-errors.ts';
export { createProgressGate } from './progress-gate.ts';
export { type RunningWorker, startWorker } from './start-worker.ts';
export type { AcceptedUpload, UploadContext, WorkResult } from './upload-work.ts';
export { watchWorker } from './watch-worker.ts';
