import type { KindDefinition } from '@tributary/kinds';
import { departments, hiredEmployees, jobs } from '../kinds.ts';

interface Table {
  readonly table: string;
  /** The columns of a file in their usual order: an id, a name, and the others of the kind. */
  readonly columns: readonly [id: string, name: string, ...others: string[]];
}

/** Each kind with its table. */
export const kinds = {
  DEPARTMENTS: toTable('departments', departments),
  JOBS: toTable('jobs', jobs),
  HIRED_EMPLOYEES: toTable('employees', hiredEmployees),
};

export type Kind = keyof typeof kinds;

export function isKind(value: string): value is Kind {
  return Object.hasOwn(kinds, value);
}

function toTable(table: string, kind: KindDefinition): Table {
  const [id, name, ...others] = (kind.columns ?? []).map((column) => column.name);
  if (id === undefined || name === undefined) throw new Error(`The kind ${kind.name} needs an id and a name.`);
  return { table, columns: [id, name, ...others] };
}
