import { findEmployees } from '../find-employees.ts';
import type { QueryResolvers } from '../generated/graphql.ts';
import { requireYear } from '../require-year.ts';
import { parseRowId } from '../row-id.ts';

export const Query: QueryResolvers = {
  employee: (_, { id }, { employees }) => {
    const number = parseRowId(id);
    return number === null ? null : employees.load(number);
  },
  employees: (_, input, { read, loads }) => findEmployees(input, { read, loads }),
  departments: (_, __, { departments }) => departments.loadAll(),
  jobs: (_, __, { jobs }) => jobs.loadAll(),
  hiresByQuarter: (_, { year }, { answers }) => answers.read('hiresByQuarter', requireYear(year)),
  departmentsAboveMean: async (_, { year }, { answers }) => {
    const rows = await answers.read('departmentsAboveMean', requireYear(year));
    return rows.map((row) => ({ ...row, id: String(row.id) }));
  },
};
