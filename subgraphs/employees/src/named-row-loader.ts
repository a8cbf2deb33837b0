import { Prisma } from '@tributary/employment-db';
import DataLoader from 'dataloader';
import type { ReadRows } from './read-rows.ts';

/** A department or a job. */
export interface NamedRow {
  id: number;
  name: string;
}

export interface NamedRowLoader {
  load(id: number): Promise<NamedRow | null>;
  /** All of them, by id; they need not be loaded again. */
  loadAll(): Promise<NamedRow[]>;
}

const tables = { departments: Prisma.sql`departments`, jobs: Prisma.sql`jobs` };

/** Departments or jobs by id, null where there is none: one statement for all that are asked for together. */
export function createNamedRowLoader(read: ReadRows, table: keyof typeof tables): NamedRowLoader {
  const loader = new DataLoader<number, NamedRow | null>(async (ids) => {
    const rows = await read<NamedRow>(
      Prisma.sql`SELECT id, name FROM ${tables[table]} WHERE id IN (${Prisma.join([...ids])})`,
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  });
  return {
    load: (id) => loader.load(id),
    async loadAll() {
      const rows = await read<NamedRow>(Prisma.sql`SELECT id, name FROM ${tables[table]} ORDER BY id`);
      for (const row of rows) loader.prime(row.id, row);
      return rows;
    },
  };
}
