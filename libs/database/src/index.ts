export { type ConnectionOptions, connectionOptions, prismaOptions } from './connection-options.ts';
export { isContention, isLostConnection, isOutOfTime, unavailableDatabase } from './database-errors.ts';
export { openPool, type PoolUse } from './open-pool.ts';
export { openConnection } from './session.ts';
export { transactionMaxWaitMs } from './with-sessions.ts';
