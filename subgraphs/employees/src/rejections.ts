import { Prisma } from '@tributary/employment-db';
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

/** Pages of uploads' rejections in file order, texts shortened by the database: a row may have megabytes; one statement for all uploads, and one more if they are counted. */
export function createRejections(read: ReadRows): (uploadId: string, page: Page) => Promise<RejectionPage> {
  const counts = createCountLoader<string>(read, 'uploadRejections');
  const pages = createPageLoader<string, RejectionRow & { part: number }>(
    read,
    (part, { owner, after, limit }) => Prisma.sql`
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
