export {
  type Consumed,
  type Delay,
  defineWorker,
  type HandlingContext,
  type MessageOf,
  type WorkerDefinition,
} from './define-worker.ts';
export { type RunningWorker, startWorker } from './start-worker.ts';
