import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { createConnection } from 'mysql2/promise';
import type { PrismaEmploymentDb } from '../../prisma/employment/fixtures/prisma-db.ts';
import type { HiresFile } from './hires-file.ts';

const written = { sequence: 1, uploadId: '0197c0de-0000-7000-8000-000000000001' };
const BATCH = 1_000;

/** An empty table equal to the one the loader writes: columns, indexes, everything. Its counts are emptied with it. */
export async function emptyTable({ pool }: PrismaEmploymentDb, table: 'employees' | 'bare_employees'): Promise<void> {
  if (table === 'bare_employees') await pool.query('CREATE TABLE IF NOT EXISTS bare_employees LIKE employees');
  await pool.query(`TRUNCATE TABLE ${table}`);
  if (table === 'employees') await pool.query('TRUNCATE TABLE hires_by_quarter');
}

/** One bare LOAD DATA LOCAL INFILE of the good rows, which checks nothing. Its seconds. */
export async function timeLoadData(url: string, { goodFile, good }: HiresFile): Promise<number> {
  const connection = await createConnection({ uri: url.split('?')[0] ?? url, flags: ['+LOCAL_FILES'] });
  try {
    const startedAt = performance.now();
    const sql = `LOAD DATA LOCAL INFILE 'good.csv' INTO TABLE bare_employees CHARACTER SET utf8mb4 FIELDS TERMINATED BY ','
      (id, name, hired_at, department_id, job_id) SET sequence = ${written.sequence}, upload_id = '${written.uploadId}'`;
    const infileStreamFactory = () => createReadStream(goodFile, { highWaterMark: 1_000_000 });
    const [result] = await connection.query({ sql, infileStreamFactory });
    if (!('affectedRows' in result) || result.affectedRows !== good) throw new Error('LOAD DATA lost rows.');
    return (performance.now() - startedAt) / 1000;
  } finally {
    await connection.end();
  }
}

/** What a tutorial does: csv-parse, and Prisma's createMany for every thousand rows. Its seconds. */
export async function timeCreateMany({ client }: PrismaEmploymentDb, { goodFile }: HiresFile): Promise<number> {
  const startedAt = performance.now();
  let data: ReturnType<typeof toRow>[] = [];
  for await (const cells of readRows(goodFile)) {
    data.push(toRow(cells));
    if (data.length < BATCH) continue;
    await client.employee.createMany({ data });
    data = [];
  }
  if (data.length > 0) await client.employee.createMany({ data });
  return (performance.now() - startedAt) / 1000;
}

/** The first idea: csv-parse, and an INSERT for each row. Its seconds. */
export async function timeInserts({ client }: PrismaEmploymentDb, { goodFile }: HiresFile): Promise<number> {
  const startedAt = performance.now();
  for await (const cells of readRows(goodFile)) await client.employee.create({ data: toRow(cells) });
  return (performance.now() - startedAt) / 1000;
}

function toRow([id, name = '', at = '', departmentId, jobId]: string[]) {
  const hiredAt = new Date(`${at.replace(' ', 'T')}Z`);
  return { id: Number(id), name, hiredAt, departmentId: Number(departmentId), jobId: Number(jobId), ...written };
}

const readRows = (file: string): AsyncIterable<string[]> => createReadStream(file).pipe(parse());
