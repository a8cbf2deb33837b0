export {
  type ConnectContext,
  type Consumed,
  type Delay,
  defineWorker,
  type HandlingContext,
  type MessageOf,
  type WorkerDefinition,
} from './define-worker.ts';
export { BackpressureError, ContinueLater, UnrecoverableError } from './handler-errors.ts';
export { type RunningWorker, startWorker } from './start-worker.ts';
export { watchWorker } from './watch-worker.ts';
