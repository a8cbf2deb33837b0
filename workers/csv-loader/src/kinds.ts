import { defineKind, GiB } from '@tributary/kinds';

const accepts = {
  extensions: ['.csv', '.tsv', '.txt'],
  mediaTypes: ['text/csv', 'text/tab-separated-values', 'text/plain', 'application/vnd.ms-excel'],
};
const counts = { rowsRead: 'Rows read', rowsLoaded: 'Rows imported', rowsRejected: 'Rows rejected' };
const table = { accepts, counts, maxBytes: 64 * GiB, permission: 'UPLOAD' };

export const departments = defineKind({
  ...table,
  name: 'DEPARTMENTS',
  title: 'Departments',
  description: 'The departments that employees belong to.',
  columns: [
    { name: 'id', type: 'integer', description: 'Number of the department.', example: '1' },
    { name: 'department', type: 'text', description: 'Name of the department.', example: 'Supply Chain' },
  ],
});

export const jobs = defineKind({
  ...table,
  name: 'JOBS',
  title: 'Jobs',
  description: 'The jobs that employees hold.',
  columns: [
    { name: 'id', type: 'integer', description: 'Number of the job.', example: '2' },
    { name: 'job', type: 'text', description: 'Name of the job.', example: 'Recruiter' },
  ],
});

export const hiredEmployees = defineKind({
  ...table,
  name: 'HIRED_EMPLOYEES',
  title: 'Hired employees',
  description: 'People with the time they were hired, their department and their job.',
  waitsFor: ['DEPARTMENTS', 'JOBS'],
  columns: [
    { name: 'id', type: 'integer', description: 'Number of the employee.', example: '4535' },
    { name: 'name', type: 'text', description: 'Name of the employee.', example: 'Marcelo Gonzalez' },
    {
      name: 'datetime',
      type: 'datetime',
      description: 'When the employee was hired, ISO 8601 in UTC.',
      example: '2021-07-27T16:02:08Z',
    },
    { name: 'department_id', type: 'integer', description: 'Number of the department.', example: '1' },
    { name: 'job_id', type: 'integer', description: 'Number of the job.', example: '2' },
  ],
});
