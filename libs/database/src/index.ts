export { connectionOptions, databaseName } from './connection-options.ts';
export { openPool, type PoolUse } from './open-pool.ts';
export { isContention, unavailableDatabase } from './unavailable-database.ts';
export { turnMs } from './with-sessions.ts';
