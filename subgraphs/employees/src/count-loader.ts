import { Prisma } from '@tributary/employment-db';
import DataLoader from 'dataloader';
import type { ReadRows } from './read-rows.ts';

const counted = {
  departmentEmployees: { table: Prisma.sql`employees`, key: Prisma.sql`department_id` },
  uploadRejections: { table: Prisma.sql`rejections`, key: Prisma.sql`upload_id` },
};

/** How many rows belong to each key: one statement for all that are asked for together. */
export function createCountLoader<Key extends string | number>(
  read: ReadRows,
  what: keyof typeof counted,
): DataLoader<Key, number> {
  const { table, key } = counted[what];
  return new DataLoader(async (keys) => {
    const rows = await read<{ owner: Key; count: bigint }>(Prisma.sql`
      SELECT ${key} AS owner, COUNT(*) AS count FROM ${table} WHERE ${key} IN (${Prisma.join([...keys])}) GROUP BY ${key}`);
    const counts = new Map(rows.map(({ owner, count }) => [owner, Number(count)]));
    return keys.map((owner) => counts.get(owner) ?? 0);
  });
}
