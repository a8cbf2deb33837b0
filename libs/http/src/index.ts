export { type Drain, prepareDrain } from './drain.ts';
export { type ClientTimes, limitTimes, serverTimes, type TimeLimit, timesConfig } from './limit-times.ts';
export { listen } from './listen.ts';
export { type StopTimes, stopConfig, stopTimes } from './stop-times.ts';
