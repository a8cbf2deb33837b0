import { asUnavailable, type EmploymentDb, type Prisma } from '@tributary/employment-db';

/** Runs one SQL statement. Everything this subgraph reads goes through one of these, so a test can count statements. */
export type ReadRows = <Row>(statement: Prisma.Sql) => Promise<Row[]>;

/** Reads by Prisma's raw queries, values always bound; UNAVAILABLE while the database is away. */
export function createReadRows({ client }: EmploymentDb): ReadRows {
  return async <Row>(statement: Prisma.Sql) => {
    try {
      return await client.$queryRaw<Row[]>(statement);
    } catch (error) {
      throw asUnavailable(error);
    }
  };
}
