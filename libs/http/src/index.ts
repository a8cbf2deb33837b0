export {
  type ClientTimeouts,
  enforceTimeouts,
  serverTimeouts,
  type TimeoutName,
  timeoutConfig,
} from './client-timeouts.ts';
export { type Drain, prepareDrain, type ShutdownBudget, shutdownBudget, shutdownConfig } from './drain.ts';
export { listen } from './listener.ts';
