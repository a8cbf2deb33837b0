import { isContention } from '@tributary/database';
import { asUnavailable, type Transaction, type UploadsDb } from './client.ts';

const maxAttempts = 5;

/**
 * Runs `work` in one READ COMMITTED transaction, so that after waiting for a lock it sees what the holder committed.
 * A deadlock or a lost lock wait runs it again from the start: `work` must have no effect outside the database.
 */
export function inTransaction<T>(
  { client }: UploadsDb,
  work: (tx: Transaction) => Promise<T>,
  attempts = maxAttempts,
): Promise<T> {
  return retryOnContention(() => client.$transaction(work), attempts);
}

/** Runs one statement, or one transaction, again from the start while it loses a deadlock or a lock wait. */
export async function retryOnContention<T>(work: () => Promise<T>, attempts = maxAttempts): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === attempts || !isContention(error)) throw asUnavailable(error);
    }
  }
}
