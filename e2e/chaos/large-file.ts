import { setTimeout as pause } from 'node:timers/promises';
import { openPool } from '@tributary/database';
import type { Stack } from '../stack.ts';
import type { PlannedUpload } from './workload.ts';

const everyMs = 50;
const withinMs = 120_000;

/** How far a run's large file is. */
export interface LargeFile {
  /** Resolves once so many percent of its rows are committed; throws after two minutes. */
  untilLoaded(percent: number): Promise<void>;
  close(): Promise<void>;
}

/** Looks into the database beside the system, since no link between its parts may be up; once for all who wait. */
export function followLargeFile(stack: Stack, uploads: readonly PlannedUpload[]): LargeFile {
  const pool = openPool(stack.environment.EMPLOYMENT_DATABASE_URL ?? '', { connectionLimit: 1 });
  const rows = Math.max(...uploads.map((upload) => upload.rows));
  let looking: Promise<number> | null = null;

  async function look(): Promise<number> {
    await pause(everyMs);
    const found = await pool.query('SELECT MAX(rows_read) AS n FROM loads').catch(() => []);
    return (100 * Number(found[0]?.n ?? 0)) / rows;
  }

  function percentSoon(): Promise<number> {
    looking ??= look().finally(() => {
      looking = null;
    });
    return looking;
  }

  return {
    async untilLoaded(percent) {
      const deadline = Date.now() + withinMs;
      while ((await percentSoon()) < percent) {
        if (Date.now() > deadline) throw new Error(`The large file did not come to ${percent} % in ${withinMs} ms.`);
      }
    },
    async close() {
      await looking;
      await pool.end();
    },
  };
}
