import { Prisma } from '@tributary/employment-db';

export interface EmployeeRow {
  id: number;
  name: string;
  hiredAt: Date;
  departmentId: number;
  jobId: number;
  uploadId: string;
}

/** The columns of an EmployeeRow. */
export const employeeColumns = Prisma.sql`
  id, name, hired_at AS hiredAt, department_id AS departmentId, job_id AS jobId, upload_id AS uploadId`;
