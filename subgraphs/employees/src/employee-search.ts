import { checkAll } from '@tributary/core';
import { emptySql, joinSql, type Sql, sql } from '@tributary/employment-db';
import { type Connection, encodeCursor, readPageArguments, toConnection } from '@tributary/graphql';
import { z } from 'zod';
import { requireRowId, requireRowIds } from './arguments.ts';
import type { EmployeeFilter, EmployeeOrder, EmployeeOrderField } from './generated/graphql.ts';
import type { LoadAccess } from './load-access.ts';
import { type EmployeeRow, employeeColumns, type ReadRows } from './loaders.ts';

export type EmployeePage = Connection<EmployeeRow>;

interface Input {
  first?: number | null;
  after?: string | null;
  filter?: EmployeeFilter | null;
  orderBy?: EmployeeOrder | null;
}

/** One page of employees by keyset. A filter by an upload is OWNED_BY_ANOTHER_USER unless the viewer may see the upload. */
export async function findEmployees(
  input: Input,
  { read, loads }: { read: ReadRows; loads: LoadAccess },
): Promise<EmployeePage> {
  const filter = input.filter ?? {};
  const keyset = createKeyset(input.orderBy ?? {});
  const { page, conditions } = checkAll({
    page: () => readPageArguments(input, keyset.cursor),
    conditions: () => toConditions(filter),
  });
  const { first, after } = page;
  if (filter.uploadId != null) await loads.require(filter.uploadId);
  const afterCursor = after === undefined ? [] : [keyset.after(after)];
  const rows = await read<EmployeeRow>(sql`
    SELECT ${employeeColumns} FROM employees ${toWhere([...conditions, ...afterCursor])}
    ORDER BY ${keyset.orderBy} LIMIT ${first + 1}`);
  const totalCount = async () => {
    const [row] = await read<{ count: number }>(sql`SELECT COUNT(*) AS count FROM employees ${toWhere(conditions)}`);
    return row?.count ?? 0;
  };
  return toConnection(rows, { first, after, cursorOf: keyset.cursorOf, totalCount });
}

function toWhere(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? emptySql : sql`WHERE ${joinSql([...conditions], ' AND ')}`;
}

/** A filter as SQL conditions, all of which must hold; BAD_USER_INPUT names every malformed id. */
function toConditions(filter: EmployeeFilter): Sql[] {
  const { departmentId, departmentIds, jobId, jobIds, nameContains, nameStartsWith, hiredFrom, hiredTo, uploadId } =
    filter;
  const department = sql`department_id`;
  const job = sql`job_id`;
  const idConditions = checkAll({
    departmentId: () =>
      departmentId != null && toInCondition(department, [requireRowId(departmentId, ['filter', 'departmentId'])]),
    departmentIds: () =>
      departmentIds != null && toInCondition(department, requireRowIds(departmentIds, ['filter', 'departmentIds'])),
    jobId: () => jobId != null && toInCondition(job, [requireRowId(jobId, ['filter', 'jobId'])]),
    jobIds: () => jobIds != null && toInCondition(job, requireRowIds(jobIds, ['filter', 'jobIds'])),
  });
  return [
    ...Object.values(idConditions),
    nameContains != null && sql`name LIKE ${`%${escapeLike(nameContains)}%`} ESCAPE '|'`,
    nameStartsWith != null && sql`name LIKE ${`${escapeLike(nameStartsWith)}%`} ESCAPE '|'`,
    hiredFrom != null && sql`hired_at >= ${hiredFrom}`,
    hiredTo != null && sql`hired_at < ${hiredTo}`,
    uploadId != null && sql`upload_id = ${uploadId}`,
  ].filter((condition) => condition !== false);
}

function toInCondition(column: Sql, ids: readonly number[]): Sql {
  return ids.length === 0 ? sql`FALSE` : sql`${column} IN (${joinSql([...ids])})`;
}

/** Escapes text for a LIKE pattern. */
function escapeLike(text: string): string {
  return text.replaceAll(/[|%_]/g, '|$&');
}

const columns: Record<EmployeeOrderField, Sql> = {
  ID: sql`id`,
  NAME: sql`name`,
  HIRED_AT: sql`hired_at`,
};

const values: Record<EmployeeOrderField, (row: EmployeeRow) => string | number> = {
  ID: (row) => row.id,
  NAME: (row) => row.name,
  HIRED_AT: (row) => row.hiredAt.toISOString(),
};

const valueShapes: Record<EmployeeOrderField, z.ZodType<string | number | Date>> = {
  ID: z.int(),
  NAME: z.string(),
  HIRED_AT: z.iso
    .datetime()
    .transform((text) => new Date(text))
    // The range of a DATETIME column.
    .refine((date) => date.getUTCFullYear() >= 1000),
};

/** The keyset of an order. Its cursors carry the order, so `cursor` accepts none of another order. */
function createKeyset({ field = 'ID', direction = 'ASC' }: EmployeeOrder) {
  const column = columns[field];
  const [way, comparison] = direction === 'DESC' ? [sql`DESC`, sql`<`] : [sql`ASC`, sql`>`];
  const cursor = z.tuple([z.literal(field), z.literal(direction), valueShapes[field], z.int()]);
  return {
    cursor,
    orderBy: field === 'ID' ? sql`id ${way}` : sql`${column} ${way}, id ${way}`,
    after([, , value, id]: z.output<typeof cursor>): Sql {
      if (field === 'ID') return sql`id ${comparison} ${id}`;
      // The second condition implies the first, which gives the index a range.
      return sql`${column} ${comparison}= ${value} AND (${column} ${comparison} ${value} OR id ${comparison} ${id})`;
    },
    cursorOf: (row: EmployeeRow) => encodeCursor([field, direction, values[field](row), row.id]),
  };
}
