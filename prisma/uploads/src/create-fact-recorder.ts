import { AsyncLocalStorage } from 'node:async_hooks';
import { type Clock, isAppError, notFound } from '@tributary/core';
import { createBatcher, isContention, isOutOfTime } from '@tributary/database';
import type { UploadsDb } from './client.ts';
import { inTransaction } from './in-transaction.ts';
import { type Recorded, recordWithin, type Telling } from './record-facts.ts';
import type { UploadFact } from './upload-facts.ts';

export interface FactRecorder {
  /** `recordFacts`, in one transaction with whatever else is told meanwhile; resolves after the commit. */
  record(uploadId: string, facts: readonly UploadFact[]): Promise<Recorded>;
  /** Deletes an outbox row in the transaction that records the facts; null where there is none to record. */
  markSent(sent: { readonly sentId: bigint } & Pick<Telling, 'uploadId' | 'facts'>): Promise<Recorded | null>;
}

/** A deadlock is not worth more: after it the members of the group go one by one. */
const attemptsTogether = 2;

/**
 * Records facts in groups: those that are told while a transaction is under way go together into the next. An upload that
 * someone else has locked is left to a transaction of its own, which waits for the lock and keeps no other upload waiting.
 */
export function createFactRecorder(db: UploadsDb, clock: Clock): FactRecorder {
  const tell = createBatcher<Telling, Recorded | null>({
    getKey: ({ uploadId }) => uploadId,
    async runBatch(tellings) {
      const recorded = await inTransaction(
        db,
        (tx) => recordWithin(tx, tellings, clock.now(), { skipLocked: true }),
        attemptsTogether,
      );
      return recorded.map((one, index) => one ?? (tellings[index]?.facts.length === 0 ? null : undefined));
    },
    async runSingle(telling) {
      const [recorded = null] = await inTransaction(db, (tx) => recordWithin(tx, [telling], clock.now()));
      return recorded;
    },
    isFatal: (error) => isAppError(error, 'UNAVAILABLE') && !isContention(error) && !isOutOfTime(error),
  });
  return {
    async record(uploadId, facts) {
      const recorded = await tell({ uploadId, facts, within: AsyncLocalStorage.snapshot() });
      if (recorded === null) throw notFound(`There is no upload ${uploadId}.`);
      return recorded;
    },
    markSent: tell,
  };
}
