import { Prisma } from '@tributary/employment-db';
import { type Connection, decodeCursor, encodeCursor, readPageArguments, toConnection } from '@tributary/graphql';
import { z } from 'zod';
import { requireRowId } from './arguments.ts';
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

/** One page of employees by keyset. To filter by an upload one must be allowed to see it. */
export async function findEmployees(
  input: Input,
  { read, loads }: { read: ReadRows; loads: LoadAccess },
): Promise<EmployeePage> {
  const { first, after } = readPageArguments(input);
  const filter = input.filter ?? {};
  if (filter.uploadId != null) await loads.require(filter.uploadId);
  const conditions = toConditions(filter);
  const keyset = createKeyset(input.orderBy ?? {});
  const afterCursor = after === undefined ? [] : [keyset.after(after)];
  const rows = await read<EmployeeRow>(Prisma.sql`
    SELECT ${employeeColumns} FROM employees ${toWhere([...conditions, ...afterCursor])}
    ORDER BY ${keyset.orderBy} LIMIT ${first + 1}`);
  const totalCount = async () => {
    const counts = await read<{ count: bigint }>(
      Prisma.sql`SELECT COUNT(*) AS count FROM employees ${toWhere(conditions)}`,
    );
    return Number(counts[0]?.count ?? 0);
  };
  return toConnection(rows, { first, after, cursorOf: keyset.cursorOf, totalCount });
}

function toWhere(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return conditions.length === 0 ? Prisma.empty : Prisma.sql`WHERE ${Prisma.join([...conditions], ' AND ')}`;
}

/** A filter as SQL conditions, all of which must hold; an id that can be nobody's is BAD_USER_INPUT. */
function toConditions(filter: EmployeeFilter): Prisma.Sql[] {
  const { departmentId, departmentIds, jobId, jobIds, nameContains, nameStartsWith, hiredFrom, hiredTo, uploadId } =
    filter;
  return [
    departmentId != null && toInCondition(Prisma.sql`department_id`, [departmentId], 'departmentId'),
    departmentIds != null && toInCondition(Prisma.sql`department_id`, departmentIds, 'departmentIds'),
    jobId != null && toInCondition(Prisma.sql`job_id`, [jobId], 'jobId'),
    jobIds != null && toInCondition(Prisma.sql`job_id`, jobIds, 'jobIds'),
    nameContains != null && Prisma.sql`name LIKE ${`%${escapeLike(nameContains)}%`} ESCAPE '|'`,
    nameStartsWith != null && Prisma.sql`name LIKE ${`${escapeLike(nameStartsWith)}%`} ESCAPE '|'`,
    hiredFrom != null && Prisma.sql`hired_at >= ${hiredFrom}`,
    hiredTo != null && Prisma.sql`hired_at < ${hiredTo}`,
    uploadId != null && Prisma.sql`upload_id = ${uploadId}`,
  ].filter((condition) => condition !== false);
}

function toInCondition(column: Prisma.Sql, ids: readonly string[], argument: string): Prisma.Sql {
  if (ids.length === 0) return Prisma.sql`FALSE`;
  return Prisma.sql`${column} IN (${Prisma.join(ids.map((id) => requireRowId(id, argument)))})`;
}

/** Text that means itself in a LIKE pattern. */
function escapeLike(text: string): string {
  return text.replaceAll(/[|%_]/g, '|$&');
}

const columns: Record<EmployeeOrderField, Prisma.Sql> = {
  ID: Prisma.sql`id`,
  NAME: Prisma.sql`name`,
  HIRED_AT: Prisma.sql`hired_at`,
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
    // The years that a DATETIME column can hold.
    .refine((date) => date.getUTCFullYear() >= 1000),
};

/** The keyset of one order: what comes after a cursor, in which order, and the cursor of a row. */
export interface Keyset {
  orderBy: Prisma.Sql;
  after(cursor: string): Prisma.Sql;
  cursorOf(row: EmployeeRow): string;
}

/** The keyset of an order; its cursors carry the order, so one of another order is BAD_USER_INPUT. */
function createKeyset({ field = 'ID', direction = 'ASC' }: EmployeeOrder): Keyset {
  const column = columns[field];
  const [way, comparison] = direction === 'DESC' ? [Prisma.sql`DESC`, Prisma.sql`<`] : [Prisma.sql`ASC`, Prisma.sql`>`];
  const shape = z.tuple([z.literal(field), z.literal(direction), valueShapes[field], z.int()]);
  return {
    orderBy: field === 'ID' ? Prisma.sql`id ${way}` : Prisma.sql`${column} ${way}, id ${way}`,
    after(cursor) {
      const [, , value, id] = decodeCursor(cursor, shape);
      if (field === 'ID') return Prisma.sql`id ${comparison} ${id}`;
      // The first condition is implied by the second, but it is the one an index range can be made from.
      return Prisma.sql`${column} ${comparison}= ${value} AND (${column} ${comparison} ${value} OR id ${comparison} ${id})`;
    },
    cursorOf: (row) => encodeCursor([field, direction, values[field](row), row.id]),
  };
}
