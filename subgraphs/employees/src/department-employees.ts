import { Prisma } from '@tributary/employment-db';
import { type Connection, decodeCursor, encodeCursor, readPageArguments, toConnection } from '@tributary/graphql';
import { z } from 'zod';
import { createCountLoader, createPageLoader, type EmployeeRow, employeeColumns, type ReadRows } from './loaders.ts';

type Page = { first?: number | null; after?: string | null };

/** Pages of departments' employees by id: one statement for all departments, and one more if they are counted. */
export function createDepartmentEmployees(
  read: ReadRows,
): (departmentId: number, page: Page) => Promise<Connection<EmployeeRow>> {
  const counts = createCountLoader<number>(read, 'departmentEmployees');
  const pages = createPageLoader<number, EmployeeRow & { part: number }>(
    read,
    (part, { owner, after, limit }) => Prisma.sql`
      SELECT ${part}, ${employeeColumns} FROM employees
      WHERE department_id = ${owner} AND id > ${after} ORDER BY id LIMIT ${limit}`,
  );
  return async (departmentId, page) => {
    const { first, after } = readPageArguments(page);
    const [lastId] = after === undefined ? [0] : decodeCursor(after, z.tuple([z.int()]));
    const rows = await pages.load({ owner: departmentId, after: lastId, limit: first + 1 });
    return toConnection(rows, {
      first,
      after,
      cursorOf: ({ id }) => encodeCursor([id]),
      totalCount: () => counts.load(departmentId),
    });
  };
}
