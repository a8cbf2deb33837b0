import { Prisma } from '@tributary/employment-db';
import type { EmployeeFilter } from './generated/graphql.ts';
import { requireRowId } from './row-id.ts';

/** A filter as SQL conditions, all of which must hold; an id that can be nobody's is BAD_USER_INPUT. */
export function employeeConditions(filter: EmployeeFilter): Prisma.Sql[] {
  const { departmentId, departmentIds, jobId, jobIds, nameContains, nameStartsWith, hiredFrom, hiredTo, uploadId } =
    filter;
  return [
    departmentId != null && isOneOf(Prisma.sql`department_id`, [departmentId], 'departmentId'),
    departmentIds != null && isOneOf(Prisma.sql`department_id`, departmentIds, 'departmentIds'),
    jobId != null && isOneOf(Prisma.sql`job_id`, [jobId], 'jobId'),
    jobIds != null && isOneOf(Prisma.sql`job_id`, jobIds, 'jobIds'),
    nameContains != null && Prisma.sql`name LIKE ${`%${escaped(nameContains)}%`} ESCAPE '|'`,
    nameStartsWith != null && Prisma.sql`name LIKE ${`${escaped(nameStartsWith)}%`} ESCAPE '|'`,
    hiredFrom != null && Prisma.sql`hired_at >= ${hiredFrom}`,
    hiredTo != null && Prisma.sql`hired_at < ${hiredTo}`,
    uploadId != null && Prisma.sql`upload_id = ${uploadId}`,
  ].filter((condition) => condition !== false);
}

function isOneOf(column: Prisma.Sql, ids: readonly string[], argument: string): Prisma.Sql {
  if (ids.length === 0) return Prisma.sql`FALSE`;
  return Prisma.sql`${column} IN (${Prisma.join(ids.map((id) => requireRowId(id, argument)))})`;
}

/** Text that means itself in a LIKE pattern. */
function escaped(text: string): string {
  return text.replaceAll(/[|%_]/g, '|$&');
}
