import { z } from 'zod';

/** What the first pass found out about a file; kept with the load, so a restart need not look again. */
export const dialect = z.object({
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be']),
  delimiter: z.enum([',', ';', '\t', '|']),
  /** The header line's text, null where the first line is a row. */
  header: z.string().nullable(),
  totalRows: z.int().min(0),
});

export type Dialect = z.infer<typeof dialect>;
