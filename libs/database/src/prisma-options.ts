import { databaseName } from './connection-options.ts';

/**
 * What Prisma's adapter must be told beside its pool. As text each statement is one command; as the adapter's prepared ones, which
 * are not kept, it is three, which took a quarter longer. Text is exact for all types we have: it would not be for long decimals.
 */
export const prismaOptions = (databaseUrl: string) => ({
  database: databaseName(databaseUrl),
  useTextProtocol: true,
});
