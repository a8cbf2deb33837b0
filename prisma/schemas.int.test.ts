import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openConnection } from '@tributary/database';
import { createEmptyDatabase } from '../libs/testing/src/test-database.ts';
import { databaseFolders } from './database-folders.ts';
import { migrate } from './migration-runner.ts';

/** What Prisma makes of a type without a @db attribute on MySQL. */
const usualTypes: Record<string, string> = {
  Int: 'int',
  BigInt: 'bigint',
  Float: 'double',
  Boolean: 'tinyint(1)',
  String: 'varchar(191)',
  DateTime: 'datetime(3)',
  Json: 'json',
};

/** Reads the part of Prisma's schema language these schemas use: one line per column or index, as one line of text each. */
function expectedOf(schema: string): string[] {
  return [...schema.matchAll(/^model \w+ \{\n([\s\S]*?)^\}/gm)].flatMap(([, body = '']) => {
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? '';
    const lines = body.split('\n').map((line) => line.replace(/\/\/.*/, '').trim());
    const fields = lines.flatMap((line) => fieldOf(line) ?? []);
    const columnOf = new Map(fields.map(({ name, column }) => [name, column]));
    const blocks = lines.flatMap((line) => {
      const [, kind, list = ''] = /^@@(id|unique|index)\(\[([^\]]*)\]/.exec(line) ?? [];
      if (!kind) return [];
      const columns = list.split(',').map((name) => columnOf.get(name.trim()));
      return [indexLine(table, kind, columns.join(','), /map: "(\w+)"/.exec(line)?.[1])];
    });
    return [
      ...fields.map(({ column, type, optional, auto }) => columnLine(table, column, type, optional, auto)),
      ...fields.flatMap(({ column, index, map }) => (index ? [indexLine(table, index, column, map)] : [])),
      ...blocks,
    ];
  });
}

function fieldOf(line: string) {
  const [, name = '', type = '', optional, rest = ''] = /^(\w+)\s+(\w+)(\?)?(?!\[)(.*)$/.exec(line) ?? [];
  const usual = usualTypes[type];
  if (!usual) return undefined;
  return {
    name,
    column: /(?<!\w)@map\("(\w+)"\)/.exec(rest)?.[1] ?? name,
    type: /@db\.(\w+(\(\d+\))?)/.exec(rest)?.[1]?.toLowerCase() ?? usual,
    optional: optional === '?',
    auto: rest.includes('autoincrement()'),
    index: /(?<!\w)@(id|unique)\b/.exec(rest)?.[1],
    map: /@unique\(map: "(\w+)"\)/.exec(rest)?.[1],
  };
}

const columnLine = (table: string, column: string, type: string, optional: boolean, auto: boolean) =>
  `${table}.${column} ${type}${optional ? ' NULL' : ''}${auto ? ' AUTO_INCREMENT' : ''}`;

function indexLine(table: string, kind: string, columns: string, map?: string): string {
  if (kind === 'id') return `${table} PRIMARY (${columns})`;
  const usual = `${table}_${columns.replaceAll(',', '_')}_${kind === 'unique' ? 'key' : 'idx'}`;
  return `${table} ${kind === 'unique' ? 'UNIQUE ' : ''}${map ?? usual} (${columns})`;
}

interface Column {
  table_name: string;
  column_name: string;
  column_type: string;
  is_nullable: string;
  extra: string;
  is_json: number;
}

interface Index {
  table_name: string;
  index_name: string;
  non_unique: number;
  columns: string;
}

async function actualOf(databaseUrl: string): Promise<string[]> {
  const connection = await openConnection(databaseUrl);
  try {
    // MariaDB keeps JSON as text with a check that it is valid.
    const columns = await connection.query<Column[]>(
      `SELECT c.table_name AS table_name, c.column_name AS column_name, c.column_type AS column_type,
         c.is_nullable AS is_nullable, c.extra AS extra, EXISTS (SELECT 1 FROM information_schema.check_constraints k
           WHERE k.constraint_schema = c.table_schema AND k.check_clause LIKE CONCAT('json_valid(\`', c.column_name, '\`)')) AS is_json
       FROM information_schema.columns c WHERE c.table_schema = DATABASE() AND c.table_name <> '_prisma_migrations'`,
    );
    const indexes = await connection.query<Index[]>(
      `SELECT table_name AS table_name, index_name AS index_name, MAX(non_unique) AS non_unique,
         GROUP_CONCAT(column_name ORDER BY seq_in_index) AS columns
       FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name <> '_prisma_migrations'
       GROUP BY table_name, index_name`,
    );
    return [
      ...columns.map((c) => {
        // Display widths, which MySQL 8 no longer has; that of tinyint(1) means Boolean.
        const type = c.column_type.replace(/^(?!tinyint\(1\))((?:tiny|small|big)?int)\(\d+\)/, '$1');
        const auto = c.extra.includes('auto_increment');
        const isJson = type === 'longtext' && Number(c.is_json) === 1;
        return columnLine(c.table_name, c.column_name, isJson ? 'json' : type, c.is_nullable === 'YES', auto);
      }),
      ...indexes.map((i) => {
        const kind = i.index_name === 'PRIMARY' ? 'id' : Number(i.non_unique) === 0 ? 'unique' : 'index';
        return indexLine(i.table_name, kind, i.columns, i.index_name);
      }),
    ];
  } finally {
    await connection.end();
  }
}

describe('the committed migrations', () => {
  test.each(databaseFolders())('of $name create the columns and indexes of schema.prisma', async ({ name, folder }) => {
    const database = createEmptyDatabase(`schema_${name}`);
    try {
      await migrate({ databaseUrl: database.url, folder, log: () => undefined });
      const expected = expectedOf(readFileSync(join(folder, '../schema.prisma'), 'utf8'));
      expect((await actualOf(database.url)).sort()).toEqual(expected.sort());
    } finally {
      await database.drop();
    }
  });
});
