export { type EmploymentDb, openEmploymentDb } from './client.ts';
export type { Department, Employee, Job, Load, Rejection } from './generated/client.ts';
export { Prisma, PrismaClient } from './generated/client.ts';
