import type { Pool } from 'mariadb';
import { z } from 'zod';
import { createIdSet, type IdSet } from '../rows/id-set.ts';
import type { Kind } from '../rows/kinds.ts';
import type { KnownIds } from '../rows/validate-row.ts';

const PAGE = 50_000;
const page = z.array(z.object({ id: z.number() }));

/**
 * The ids a hire of this upload may name: those an upload accepted earlier brought. Later ones do not count even when they are
 * loaded already, so the outcome does not depend on who was faster.
 */
export async function loadKnownIds(pool: Pool, kind: Kind, sequence: number): Promise<KnownIds> {
  if (kind !== 'HIRED_EMPLOYEES') return { departments: createIdSet(), jobs: createIdSet() };
  return {
    departments: await loadIds(pool, 'departments', sequence),
    jobs: await loadIds(pool, 'jobs', sequence),
  };
}

async function loadIds(pool: Pool, table: 'departments' | 'jobs', sequence: number): Promise<IdSet> {
  const ids = createIdSet();
  let last = 0;
  for (;;) {
    const rows = page.parse(
      await pool.query(`SELECT id FROM ${table} WHERE first_sequence < ? AND id > ? ORDER BY id LIMIT ${PAGE}`, [
        sequence,
        last,
      ]),
    );
    for (const { id } of rows) {
      ids.add(id);
      last = id;
    }
    if (rows.length < PAGE) return ids;
  }
}
