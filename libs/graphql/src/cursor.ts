import { invalidInput } from '@tributary/core';
import type { z } from 'zod';

/** An opaque cursor that carries the values a keyset page continues from. */
export function encodeCursor(values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** The values of a cursor made by encodeCursor, of the given shape (`z.tuple([...])`); anything else is BAD_USER_INPUT. */
export function decodeCursor<S extends z.ZodType>(cursor: string, shape: S): z.output<S> {
  const result = shape.safeParse(parse(cursor));
  if (!result.success) throw invalidInput(`${JSON.stringify(cursor.slice(0, 100))} is not a cursor of this list`);
  return result.data;
}

function parse(cursor: string): unknown {
  if (!/^[\w-]+$/.test(cursor)) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
