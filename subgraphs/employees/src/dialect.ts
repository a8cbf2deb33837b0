import { z } from 'zod';
import { splitRecord } from './split-record.ts';

export interface Dialect {
  delimiter: string;
  /** The names of the file's columns: its header's, else those its kind has. */
  columns: string[];
}

const stored = z.object({ delimiter: z.string().min(1), header: z.string().nullish() });

const kindColumns: Record<string, string[]> = {
  DEPARTMENTS: ['id', 'department'],
  JOBS: ['id', 'job'],
  HIRED_EMPLOYEES: ['id', 'name', 'datetime', 'department_id', 'job_id'],
};

/** How a load's file is written, as its first pass found; MariaDB gives JSON columns as text, MySQL as values. */
export function dialectOf({ kind, dialect }: { kind: string; dialect: unknown }): Dialect {
  const result = stored.safeParse(typeof dialect === 'string' ? JSON.parse(dialect) : dialect);
  const { delimiter, header } = result.success ? result.data : { delimiter: ',', header: null };
  return { delimiter, columns: header ? splitRecord(header, delimiter) : (kindColumns[kind] ?? []) };
}
