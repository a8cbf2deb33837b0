import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { systemClock } from '@tributary/core';
import { countHiresSql, type EmploymentDb, openEmploymentDb } from '@tributary/employment-db';
import type { EventContract } from '@tributary/events';
import { createTestDatabase } from '@tributary/testing';
import type { LoadDependencies, Upload } from './load-dependencies.ts';
import { loadUpload } from './load-upload.ts';
import type { Kind } from './rows/kinds.ts';

export interface Published {
  readonly type: string;
  readonly body: Record<string, unknown>;
}

/** A real employment database, files in memory and a record of what was published. The caller closes it. */
export async function openLoadingBench() {
  const database = await createTestDatabase('employment');
  const db: EmploymentDb = openEmploymentDb(database.url);
  const contents = new Map<string, Buffer>();
  const published: Published[] = [];
  let sequence = 0;

  const dependencies: LoadDependencies = {
    db,
    clock: systemClock,
    signal: new AbortController().signal,
    markProgress: () => {},
    shouldYield: () => false,
    files: { read: async (id) => Readable.from(pieces(contents.get(id) ?? Buffer.alloc(0))) },
    publish: async (event: EventContract, body) => {
      published.push({ type: event.type, body: event.body.parse(body) as Record<string, unknown> });
    },
  };

  return {
    db,
    published,
    dependencies,
    /** An upload of that content, not loaded yet. */
    anUpload(kind: Kind, content: string | Buffer, more: Partial<Upload> = {}): Upload {
      const uploadId = randomUUID();
      contents.set(uploadId, Buffer.from(content));
      sequence++;
      return {
        uploadId,
        fileId: uploadId,
        filename: 'file.csv',
        kind,
        bytes: content.length,
        sequence,
        uploader: { id: randomUUID(), email: 'ana@example.com', name: 'Ana' },
        dependsOn: [],
        receivedAt: '2026-11-21T00:00:00.000Z',
        ...more,
      };
    },
    load: (upload: Upload, more: Partial<LoadDependencies> = {}) => loadUpload(upload, { ...dependencies, ...more }),
    rejections: (upload: Upload) =>
      db.pool.query('SELECT line, column_name AS `column`, code FROM rejections WHERE upload_id = ? ORDER BY line', [
        upload.uploadId,
      ]),
    /** All rows, rejections and counts: what must be the same after any detour. */
    async everything() {
      const employees = await db.pool.query('SELECT * FROM employees ORDER BY id');
      const departments = await db.pool.query('SELECT * FROM departments ORDER BY id');
      const jobs = await db.pool.query('SELECT * FROM jobs ORDER BY id');
      const rejections = await db.pool.query('SELECT * FROM rejections ORDER BY upload_id, line');
      const loads = await db.pool.query(
        'SELECT upload_id, state, rows_read, rows_loaded, rows_rejected, reasons FROM loads ORDER BY upload_id',
      );
      return JSON.parse(
        JSON.stringify({ employees, departments, jobs, rejections, loads }, (_, value) =>
          typeof value === 'bigint' ? Number(value) : value,
        ),
      );
    },
    /** The counts of hires: as they are stored, and as all employees counted again give them. */
    async hires() {
      const inOrder = 'ORDER BY year, department_id, job_id';
      const kept = await db.pool.query(`SELECT * FROM hires_by_quarter ${inOrder}`);
      const counted = await db.pool.query({ sql: `${countHiresSql} ${inOrder}`, decimalAsNumber: true });
      return { kept, counted };
    },
    async empty() {
      published.length = 0;
      for (const table of [
        'employees',
        'departments',
        'jobs',
        'rejections',
        'loads',
        'hires_by_quarter',
        'hire_years',
      ]) {
        await db.pool.query(`DELETE FROM ${table}`);
      }
    },
    async close() {
      await db.close();
      await database.drop();
    },
  };
}

export type LoadingBench = Awaited<ReturnType<typeof openLoadingBench>>;

function* pieces(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
}
