export { type ConnectionOptions, connectionOptions } from './connection-options.ts';
export { inGroups } from './in-groups.ts';
export { openPool, type PoolUse } from './open-pool.ts';
export { prismaOptions } from './prisma-options.ts';
export { openConnection } from './session.ts';
export { isContention, isLostConnection, isOutOfTime, unavailableDatabase } from './unavailable-database.ts';
export { turnMs } from './with-sessions.ts';
