import { notFound } from '@tributary/core';
import type { EmployeeResolvers } from '../generated/graphql.ts';
import { parseRowId } from '../row-id.ts';

export const Employee: EmployeeResolvers = {
  __resolveReference: ({ id }, { employees }) => {
    const number = parseRowId(id);
    return number === null ? null : employees.load(number);
  },
  id: ({ id }) => String(id),
  department: async ({ departmentId }, _, { departments }) => {
    const department = await departments.load(departmentId);
    if (department === null) throw notFound(`There is no department ${departmentId}`);
    return department;
  },
  job: async ({ jobId }, _, { jobs }) => {
    const job = await jobs.load(jobId);
    if (job === null) throw notFound(`There is no job ${jobId}`);
    return job;
  },
  upload: async ({ uploadId }, _, { loads }) => ((await loads.isVisible(uploadId)) ? { id: uploadId } : null),
};
