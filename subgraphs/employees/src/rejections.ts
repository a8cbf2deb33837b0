import { sql } from '@tributary/employment-db';
import { type Connection, encodeCursor, readPageArguments, toConnection } from '@tributary/graphql';
import { z } from 'zod';
import { createCountLoader, createPageLoader, type ReadRows } from './loaders.ts';

export interface RejectionRow {
  line: number;
  column: string | null;
  code: string;
  message: string;
  raw: string;
}

export type RejectionPage = Connection<RejectionRow>;

const rejectionCursor = z.tuple([z.int()]);

type Page = { first?: number | null; after?: string | null };

/** Loads pages of uploads' rejections in the order of the file: one query for all uploads, and one for their counts. The database shortens texts, which may have megabytes. */
export function createRejections(read: ReadRows): (uploadId: string, page: Page) => Promise<RejectionPage> {
  const counts = createCountLoader<string>(read, 'uploadRejections');
  const pages = createPageLoader<string, RejectionRow & { part: number }>(
    read,
    (part, { owner, after, limit }) => sql`
      SELECT ${part}, line, column_name AS \`column\`, code, LEFT(message, 1000) AS message,
        IF(CHAR_LENGTH(raw) > 200, CONCAT(LEFT(raw, 199), '…'), raw) AS raw FROM rejections
      WHERE upload_id = ${owner} AND line > ${after} ORDER BY line LIMIT ${limit}`,
  );
  return async (uploadId, page) => {
    const { first, after } = readPageArguments(page, rejectionCursor, { defaultFirst: 50 });
    const [lastLine] = after ?? [0];
    const rows = await pages.load({ owner: uploadId, after: lastLine, limit: first + 1 });
    return toConnection(rows, {
      first,
      after,
      cursorOf: ({ line }) => encodeCursor([line]),
      totalCount: () => counts.load(uploadId),
    });
  };
}
