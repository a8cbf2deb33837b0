/** The three kinds of file this loader takes, each with its table and the columns of a file in their order. */
export const kinds = {
  DEPARTMENTS: { table: 'departments', columns: ['id', 'department'] },
  JOBS: { table: 'jobs', columns: ['id', 'job'] },
  HIRED_EMPLOYEES: { table: 'employees', columns: ['id', 'name', 'datetime', 'department_id', 'job_id'] },
} as const;

export type Kind = keyof typeof kinds;

export function isKind(value: string): value is Kind {
  return Object.hasOwn(kinds, value);
}
