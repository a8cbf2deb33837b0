import { Prisma } from '@tributary/employment-db';
import { decodeCursor, encodeCursor } from '@tributary/graphql';
import { z } from 'zod';
import type { EmployeeRow } from './employee-row.ts';
import type { EmployeeOrder, EmployeeOrderField } from './generated/graphql.ts';

const columns: Record<EmployeeOrderField, Prisma.Sql> = {
  ID: Prisma.sql`id`,
  NAME: Prisma.sql`name`,
  HIRED_AT: Prisma.sql`hired_at`,
};

const values: Record<EmployeeOrderField, (row: EmployeeRow) => string | number> = {
  ID: (row) => row.id,
  NAME: (row) => row.name,
  HIRED_AT: (row) => row.hiredAt.toISOString(),
};

const valueShapes: Record<EmployeeOrderField, z.ZodType<string | number | Date>> = {
  ID: z.int(),
  NAME: z.string(),
  HIRED_AT: z.iso
    .datetime()
    .transform((text) => new Date(text))
    // The years that a DATETIME column can hold.
    .refine((date) => date.getUTCFullYear() >= 1000),
};

/** The keyset of one order: what comes after a cursor, in which order, and the cursor of a row. */
export interface Keyset {
  orderBy: Prisma.Sql;
  after(cursor: string): Prisma.Sql;
  cursorOf(row: EmployeeRow): string;
}

/** The keyset of an order; its cursors carry the order, so one of another order is BAD_USER_INPUT. */
export function keysetOf({ field = 'ID', direction = 'ASC' }: EmployeeOrder): Keyset {
  const column = columns[field];
  const [way, beyond] = direction === 'DESC' ? [Prisma.sql`DESC`, Prisma.sql`<`] : [Prisma.sql`ASC`, Prisma.sql`>`];
  const shape = z.tuple([z.literal(field), z.literal(direction), valueShapes[field], z.int()]);
  return {
    orderBy: field === 'ID' ? Prisma.sql`id ${way}` : Prisma.sql`${column} ${way}, id ${way}`,
    after(cursor) {
      const [, , value, id] = decodeCursor(cursor, shape);
      if (field === 'ID') return Prisma.sql`id ${beyond} ${id}`;
      // The first condition is implied by the second, but it is the one an index range can be made from.
      return Prisma.sql`${column} ${beyond}= ${value} AND (${column} ${beyond} ${value} OR id ${beyond} ${id})`;
    },
    cursorOf: (row) => encodeCursor([field, direction, values[field](row), row.id]),
  };
}
