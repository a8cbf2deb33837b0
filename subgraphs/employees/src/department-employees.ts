import { sql } from '@tributary/employment-db';
import { type Connection, encodeCursor, readPageArguments, toConnection } from '@tributary/graphql';
import { z } from 'zod';
import { createCountLoader, createPageLoader, type EmployeeRow, employeeColumns, type ReadRows } from './loaders.ts';

const employeeCursor = z.tuple([z.int()]);

type Page = { first?: number | null; after?: string | null };

/** Loads pages of departments' employees by id: one query for all departments, and one for their counts. */
export function createDepartmentEmployees(
  read: ReadRows,
): (departmentId: number, page: Page) => Promise<Connection<EmployeeRow>> {
  const counts = createCountLoader<number>(read, 'departmentEmployees');
  const pages = createPageLoader<number, EmployeeRow & { part: number }>(
    read,
    (part, { owner, after, limit }) => sql`
      SELECT ${part}, ${employeeColumns} FROM employees
      WHERE department_id = ${owner} AND id > ${after} ORDER BY id LIMIT ${limit}`,
  );
  return async (departmentId, page) => {
    const { first, after } = readPageArguments(page, employeeCursor);
    const [lastId] = after ?? [0];
    const rows = await pages.load({ owner: departmentId, after: lastId, limit: first + 1 });
    return toConnection(rows, {
      first,
      after,
      cursorOf: ({ id }) => encodeCursor([id]),
      totalCount: () => counts.load(departmentId),
    });
  };
}
