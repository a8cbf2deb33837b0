import { joinSql, type Sql, sql } from '@tributary/employment-db';
import DataLoader from 'dataloader';

/** Runs one query. The whole subgraph reads through one such function, so a test can count statements. */
export type ReadRows = <Row>(query: Sql) => Promise<Row[]>;

export interface EmployeeRow {
  id: number;
  name: string;
  hiredAt: Date;
  departmentId: number;
  jobId: number;
  uploadId: string;
}

/** The columns of an EmployeeRow. */
export const employeeColumns = sql`
  id, name, hired_at AS hiredAt, department_id AS departmentId, job_id AS jobId, upload_id AS uploadId`;

/** Loads employees by id, those of one turn of the event loop in one query; null for an unknown id. */
export function createEmployeeLoader(read: ReadRows): DataLoader<number, EmployeeRow | null> {
  return new DataLoader(async (ids) => {
    const rows = await read<EmployeeRow>(
      sql`SELECT ${employeeColumns} FROM employees WHERE id IN (${joinSql([...ids])})`,
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
  /** All rows, by id. They are not loaded again. */
  loadAll(): Promise<NamedRow[]>;
}

const tables = { departments: sql`departments`, jobs: sql`jobs` };

/** Loads departments or jobs by id, those of one turn of the event loop in one query; null for an unknown id. */
export function createNamedRowLoader(read: ReadRows, table: keyof typeof tables): NamedRowLoader {
  const loader = new DataLoader<number, NamedRow | null>(async (ids) => {
    const rows = await read<NamedRow>(sql`SELECT id, name FROM ${tables[table]} WHERE id IN (${joinSql([...ids])})`);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  });
  return {
    load: (id) => loader.load(id),
    async loadAll() {
      const rows = await read<NamedRow>(sql`SELECT id, name FROM ${tables[table]} ORDER BY id`);
      for (const row of rows) loader.prime(row.id, row);
      return rows;
    },
  };
}

const relations = {
  departmentEmployees: { table: sql`employees`, key: sql`department_id` },
  uploadRejections: { table: sql`rejections`, key: sql`upload_id` },
};

/** Counts the rows that belong to each key, those of one turn of the event loop in one query. */
export function createCountLoader<Key extends string | number>(
  read: ReadRows,
  relation: keyof typeof relations,
): DataLoader<Key, number> {
  const { table, key } = relations[relation];
  return new DataLoader(async (keys) => {
    const rows = await read<{ owner: Key; count: number }>(sql`
      SELECT ${key} AS owner, COUNT(*) AS count FROM ${table} WHERE ${key} IN (${joinSql([...keys])}) GROUP BY ${key}`);
    const counts = new Map(rows.map(({ owner, count }) => [owner, count]));
    return keys.map((owner) => counts.get(owner) ?? 0);
  });
}

/** A page of one owner's rows, after a number and ordered by it. */
export interface PageKey<Owner extends string | number> {
  owner: Owner;
  after: number;
  limit: number;
}

/**
 * Loads pages of several owners in one query. Each part of the UNION is a short range of an index, so the cost depends on the number
 * of rows returned; with a window function it would depend on the number of rows of the owners.
 */
export function createPageLoader<Owner extends string | number, Row extends { part: number }>(
  read: ReadRows,
  select: (part: Sql, page: PageKey<Owner>) => Sql,
): DataLoader<PageKey<Owner>, Row[], string> {
  return new DataLoader<PageKey<Owner>, Row[], string>(
    async (pages) => {
      const parts = pages.map((page, part) => sql`(${select(sql`${part} AS part`, page)})`);
      const rows = await read<Row>(joinSql(parts, ' UNION ALL '));
      return pages.map((_, part) => rows.filter((row) => row.part === part));
    },
    { cacheKeyFn: ({ owner, after, limit }) => `${owner} ${after} ${limit}`, maxBatchSize: 500 },
  );
}
