import { asUnavailable, type EmploymentDb, Prisma } from '@tributary/employment-db';
import DataLoader from 'dataloader';

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

export interface EmployeeRow {
  id: number;
  name: string;
  hiredAt: Date;
  departmentId: number;
  jobId: number;
  uploadId: string;
}

/** The columns of an EmployeeRow. */
export const employeeColumns = Prisma.sql`
  id, name, hired_at AS hiredAt, department_id AS departmentId, job_id AS jobId, upload_id AS uploadId`;

/** Employees by id, null where there is none: one statement for all that are asked for together. */
export function createEmployeeLoader(read: ReadRows): DataLoader<number, EmployeeRow | null> {
  return new DataLoader(async (ids) => {
    const rows = await read<EmployeeRow>(
      Prisma.sql`SELECT ${employeeColumns} FROM employees WHERE id IN (${Prisma.join([...ids])})`,
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}

/** A department or a job. */
export interface NamedRow {
  id: number;
  name: string;
}

export interface NamedRowLoader {
  load(id: number): Promise<NamedRow | null>;
  /** All of them, by id; they need not be loaded again. */
  loadAll(): Promise<NamedRow[]>;
}

const tables = { departments: Prisma.sql`departments`, jobs: Prisma.sql`jobs` };

/** Departments or jobs by id, null where there is none: one statement for all that are asked for together. */
export function createNamedRowLoader(read: ReadRows, table: keyof typeof tables): NamedRowLoader {
  const loader = new DataLoader<number, NamedRow | null>(async (ids) => {
    const rows = await read<NamedRow>(
      Prisma.sql`SELECT id, name FROM ${tables[table]} WHERE id IN (${Prisma.join([...ids])})`,
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  });
  return {
    load: (id) => loader.load(id),
    async loadAll() {
      const rows = await read<NamedRow>(Prisma.sql`SELECT id, name FROM ${tables[table]} ORDER BY id`);
      for (const row of rows) loader.prime(row.id, row);
      return rows;
    },
  };
}

const relations = {
  departmentEmployees: { table: Prisma.sql`employees`, key: Prisma.sql`department_id` },
  uploadRejections: { table: Prisma.sql`rejections`, key: Prisma.sql`upload_id` },
};

/** How many rows belong to each key: one statement for all that are asked for together. */
export function createCountLoader<Key extends string | number>(
  read: ReadRows,
  relation: keyof typeof relations,
): DataLoader<Key, number> {
  const { table, key } = relations[relation];
  return new DataLoader(async (keys) => {
    const rows = await read<{ owner: Key; count: bigint }>(Prisma.sql`
      SELECT ${key} AS owner, COUNT(*) AS count FROM ${table} WHERE ${key} IN (${Prisma.join([...keys])}) GROUP BY ${key}`);
    const counts = new Map(rows.map(({ owner, count }) => [owner, Number(count)]));
    return keys.map((owner) => counts.get(owner) ?? 0);
  });
}

/** One owner's rows that come after a number, in its order. */
export interface PageKey<Owner extends string | number> {
  owner: Owner;
  after: number;
  limit: number;
}

/**
 * Pages of several owners in one statement: each part of the UNION is a short range of an index, so that the cost grows
 * with the rows returned and not with the rows the owners have, as it would with a window function.
 */
export function createPageLoader<Owner extends string | number, Row extends { part: number | bigint }>(
  read: ReadRows,
  select: (part: Prisma.Sql, page: PageKey<Owner>) => Prisma.Sql,
): DataLoader<PageKey<Owner>, Row[], string> {
  return new DataLoader<PageKey<Owner>, Row[], string>(
    async (pages) => {
      const parts = pages.map((page, part) => Prisma.sql`(${select(Prisma.sql`${part} AS part`, page)})`);
      const rows = await read<Row>(Prisma.join(parts, ' UNION ALL '));
      return pages.map((_, part) => rows.filter((row) => Number(row.part) === part));
    },
    { cacheKeyFn: ({ owner, after, limit }) => `${owner} ${after} ${limit}`, maxBatchSize: 500 },
  );
}
