export type { Answers, DepartmentHires, QuarterlyHires } from './answers.ts';
export { asUnavailable, isContention } from './as-unavailable.ts';
export { type EmploymentDb, openEmploymentDb } from './client.ts';
export { computeAnswers } from './compute-answers.ts';
export { countHiresSql, recountHiresIfStale } from './count-hires.ts';
export type { Department, Employee, Job, Load, Rejection } from './generated/client.ts';
export { Prisma, PrismaClient } from './generated/client.ts';
