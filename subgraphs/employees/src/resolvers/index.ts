import { DateTime } from '@tributary/graphql';
import type { Resolvers } from '../generated/graphql.ts';
import { Department } from './department.ts';
import { Employee } from './employee.ts';
import { FileUpload } from './file-upload.ts';
import { Job } from './job.ts';
import { Query } from './query.ts';

/** All resolvers of the employees subgraph. */
export const resolvers: Resolvers = { DateTime, Query, Employee, Department, Job, FileUpload };
