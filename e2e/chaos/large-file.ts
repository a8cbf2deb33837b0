import { setTimeout as pause } from 'node:timers/promises';
import { openPool } from '@tributary/database';
import type { Stack } from '../stack.ts';
import type { PlannedUpload } from './workload.ts';

const everyMs = 50;
const withinMs = 120_000;

/** Progress of a run's large file. */
export interface LargeFile {
  /** Resolves when this percentage of its rows is committed; throws after two minutes. */
  untilLoaded(percent: number): Promise<void>;
  close(): Promise<void>;
}

/** Polls the database directly, since every link may be down; concurrent callers share a poll. */
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
        if (Date.now() > deadline) throw new Error(`The large file did not reach ${percent} % within ${withinMs} ms.`);
      }
    },
    async close() {
      await looking;
      await pool.end();
    },
  };
}
