export { connectionOptions } from './connection-options.ts';
export { openPool, type PoolUse } from './open-pool.ts';
export { prismaOptions } from './prisma-options.ts';
export { isContention, isLostConnection, unavailableDatabase } from './unavailable-database.ts';
export { turnMs } from './with-sessions.ts';
