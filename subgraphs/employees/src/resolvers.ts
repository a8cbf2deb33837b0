import { notFound } from '@tributary/core';
import { DateTime } from '@tributary/graphql';
import { parseRowId, requireYear } from './arguments.ts';
import { findEmployees } from './employee-search.ts';
import type {
  DepartmentResolvers,
  EmployeeResolvers,
  FileUploadResolvers,
  JobResolvers,
  QueryResolvers,
  Resolvers,
} from './generated/graphql.ts';
import { createRejectedRowsUrl } from './rejected-rows.ts';

const Query: QueryResolvers = {
  employee: (_, { id }, { employees }) => {
    const number = parseRowId(id);
    return number === null ? null : employees.load(number);
  },
  employees: (_, input, { read, loads }) => findEmployees(input, { read, loads }),
  departments: (_, __, { departments }) => departments.loadAll(),
  jobs: (_, __, { jobs }) => jobs.loadAll(),
  hiresByQuarter: (_, { year }, { results }) => results.read('hiresByQuarter', requireYear(year)),
  departmentsAboveMean: async (_, { year }, { results }) => {
    const rows = await results.read('departmentsAboveMean', requireYear(year));
    return rows.map((row) => ({ ...row, id: String(row.id) }));
  },
};

const Employee: EmployeeResolvers = {
  __resolveReference: ({ id }, { employees }) => {
    const number = parseRowId(id);
    return number === null ? null : employees.load(number);
  },
  id: ({ id }) => String(id),
  department: async ({ departmentId }, _, { departments }) => {
    const department = await departments.load(departmentId);
    if (department === null) {
      throw notFound(`There is no department ${departmentId}.`, { reason: 'DEPARTMENT_NOT_FOUND' });
    }
    return department;
  },
  job: async ({ jobId }, _, { jobs }) => {
    const job = await jobs.load(jobId);
    if (job === null) throw notFound(`There is no job ${jobId}.`, { reason: 'JOB_NOT_FOUND' });
    return job;
  },
  upload: async ({ uploadId }, _, { loads }) => ((await loads.isVisible(uploadId)) ? { id: uploadId } : null),
};

const Department: DepartmentResolvers = {
  __resolveReference: ({ id }, { departments }) => {
    const number = parseRowId(id);
    return number === null ? null : departments.load(number);
  },
  id: ({ id }) => String(id),
  employees: ({ id }, page, { departmentEmployees }) => departmentEmployees(id, page),
};

const Job: JobResolvers = {
  __resolveReference: ({ id }, { jobs }) => {
    const number = parseRowId(id);
    return number === null ? null : jobs.load(number);
  },
  id: ({ id }) => String(id),
};

const FileUpload: FileUploadResolvers = {
  __resolveReference: async ({ id }, { loads }) => {
    await loads.require(id);
    return { id };
  },
  rejections: async ({ id }, page, { loads, rejections }) => {
    await loads.require(id);
    return rejections(id, page);
  },
  rejectedRowsUrl: ({ id }, _, context) => createRejectedRowsUrl(id, context),
};

export const resolvers: Resolvers = { DateTime, Query, Employee, Department, Job, FileUpload };
