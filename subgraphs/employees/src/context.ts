import type { ResultReader } from '@tributary/answers';
import type { Clock } from '@tributary/core';
import type { Viewer } from '@tributary/graphql';
import { createDepartmentEmployees } from './department-employees.ts';
import { createLoadAccess } from './load-access.ts';
import { createEmployeeLoader, createNamedRowLoader, type ReadRows } from './loaders.ts';
import type { DownloadUrls } from './rejected-rows.ts';
import { createRejections } from './rejections.ts';

interface Shared {
  read: ReadRows;
  results: ResultReader;
  clock: Clock;
  downloads: DownloadUrls;
}

/** The viewer and the batching loaders of one request. */
export function createContext({ viewer }: { viewer: Viewer | null }, shared: Shared) {
  const { read } = shared;
  return {
    ...shared,
    viewer,
    employees: createEmployeeLoader(read),
    departments: createNamedRowLoader(read, 'departments'),
    jobs: createNamedRowLoader(read, 'jobs'),
    departmentEmployees: createDepartmentEmployees(read),
    loads: createLoadAccess(read, viewer),
    rejections: createRejections(read),
  };
}

export type Context = ReturnType<typeof createContext>;
