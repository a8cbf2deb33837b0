/**
 * For ioredis' `reconnectOnError`: a server that became a replica answers each write with READONLY. The connection is replaced, so that
 * the address is resolved again, and the command, which had no effect, is sent on the new one.
 */
export const dropDemoted = (error: Error) => (error.message.startsWith('READONLY') ? 2 : false);
