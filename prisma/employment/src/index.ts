export { asUnavailable, type EmploymentDb, isContention, openEmploymentDb } from './client.ts';
export {
  type Department,
  type Employee,
  type Job,
  type Load,
  Prisma,
  PrismaClient,
  type Rejection,
} from './generated/client.ts';
export { countHiresSql, recountHiresIfStale } from './hire-counts.ts';
export type { DepartmentHires, QuarterlyHires, QueryResults } from './query-results.ts';
export { computeQueryResults } from './results-computation.ts';
