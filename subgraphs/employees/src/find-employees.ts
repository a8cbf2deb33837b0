import { Prisma } from '@tributary/employment-db';
import { type Connection, readPageArguments, toConnection } from '@tributary/graphql';
import { employeeConditions } from './employee-conditions.ts';
import { keysetOf } from './employee-order.ts';
import { type EmployeeRow, employeeColumns } from './employee-row.ts';
import type { EmployeeFilter, EmployeeOrder } from './generated/graphql.ts';
import type { LoadAccess } from './load-access.ts';
import type { ReadRows } from './read-rows.ts';

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
  const conditions = employeeConditions(filter);
  const keyset = keysetOf(input.orderBy ?? {});
  const beyond = after === undefined ? [] : [keyset.after(after)];
  const rows = await read<EmployeeRow>(Prisma.sql`
    SELECT ${employeeColumns} FROM employees ${where([...conditions, ...beyond])}
    ORDER BY ${keyset.orderBy} LIMIT ${first + 1}`);
  const totalCount = async () => {
    const counts = await read<{ count: bigint }>(
      Prisma.sql`SELECT COUNT(*) AS count FROM employees ${where(conditions)}`,
    );
    return Number(counts[0]?.count ?? 0);
  };
  return toConnection(rows, { first, after, cursorOf: keyset.cursorOf, totalCount });
}

function where(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return conditions.length === 0 ? Prisma.empty : Prisma.sql`WHERE ${Prisma.join([...conditions], ' AND ')}`;
}
