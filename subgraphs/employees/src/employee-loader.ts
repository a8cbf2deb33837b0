import { Prisma } from '@tributary/employment-db';
import DataLoader from 'dataloader';
import { type EmployeeRow, employeeColumns } from './employee-row.ts';
import type { ReadRows } from './read-rows.ts';

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
