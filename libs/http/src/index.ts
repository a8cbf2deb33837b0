export { type Drain, prepareDrain } from './drain.ts';
export { listen } from './listen.ts';
export { type StopTimes, stopConfig, stopTimes } from './stop-times.ts';
