/** For what a client waits for, in seconds: from 5 ms to half a minute. */
export const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** For work on a message, in seconds: a small file takes milliseconds, a large one as long as the ten minutes of a delivery. */
export const workBuckets = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 600];
