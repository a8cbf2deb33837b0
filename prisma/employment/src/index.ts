export { asUnavailable, type EmploymentDb, isContention, openEmploymentDb, readRows } from './client.ts';
export { countHiresSql, recountHiresIfStale } from './hire-counts.ts';
export type { DepartmentHires, QuarterlyHires, QueryResults } from './query-results.ts';
export { computeQueryResults } from './results-computation.ts';
export { emptySql, joinSql, type Sql, sql } from './sql.ts';
