import type { JobResolvers } from '../generated/graphql.ts';
import { parseRowId } from '../row-id.ts';

export const Job: JobResolvers = {
  __resolveReference: ({ id }, { jobs }) => {
    const number = parseRowId(id);
    return number === null ? null : jobs.load(number);
  },
  id: ({ id }) => String(id),
};
