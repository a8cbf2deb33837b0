import type { DepartmentResolvers } from '../generated/graphql.ts';
import { parseRowId } from '../row-id.ts';

export const Department: DepartmentResolvers = {
  __resolveReference: ({ id }, { departments }) => {
    const number = parseRowId(id);
    return number === null ? null : departments.load(number);
  },
  id: ({ id }) => String(id),
  employees: ({ id }, page, { departmentEmployees }) => departmentEmployees(id, page),
};
