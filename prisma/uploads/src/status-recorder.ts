import { AsyncLocalStorage } from 'node:async_hooks';
import { isDeepStrictEqual } from 'node:util';
import { createBatcher } from '@tributary/concurrency';
import { type Clock, isAppError } from '@tributary/core';
import { isContention, isOutOfTime } from '@tributary/database';
import type { Transaction, UploadsDb } from './client.ts';
import type { Upload } from './generated/client.ts';
import { assignOwnerCursors } from './owner-cursors.ts';
import { isFinal } from './status.ts';
import { applyStatusUpdate } from './status-reducer.ts';
import type { StatusUpdate, UploadLogEvent } from './status-update.ts';
import { inTransaction } from './transaction.ts';
import { toFinishedRow, type toOutboxRow } from './upload-messages.ts';
import {
  type ChangedUpload,
  lockUploads,
  noUpload,
  toColumns,
  toCountColumns,
  toState,
  writeStates,
} from './upload-rows.ts';

export interface StatusRecorder {
  /** `recordUpdates`, in one transaction with other updates that arrive meanwhile; resolves after the commit. */
  record(uploadId: string, updates: readonly StatusUpdate[]): Promise<Recorded>;
  /** Deletes an outbox row in the transaction that records the updates; null where there is none to record. */
  markSent(sent: { readonly sentId: bigint } & Pick<PendingUpdate, 'uploadId' | 'updates'>): Promise<Recorded | null>;
}

/** A deadlock is not worth more: after it the members of the group go one by one. */
const groupAttempts = 2;

/**
 * Records updates in groups: those that arrive during a transaction are recorded together in the next. An upload that
 * another process has locked gets a transaction of its own, which waits for the lock and keeps no other upload waiting.
 */
export function createStatusRecorder(db: UploadsDb, clock: Clock): StatusRecorder {
  const enqueue = createBatcher<PendingUpdate, Recorded | null>({
    getKey: ({ uploadId }) => uploadId,
    async runBatch(pending) {
      const recorded = await inTransaction(
        db,
        (tx) => applyUpdates(tx, pending, clock.now(), { skipLocked: true }),
        groupAttempts,
      );
      return recorded.map((value, index) => {
        const isLocked = value === null && pending[index]?.updates.length !== 0;
        return isLocked ? undefined : { status: 'fulfilled', value };
      });
    },
    async runSingle(update) {
      const [recorded = null] = await inTransaction(db, (tx) => applyUpdates(tx, [update], clock.now()));
      return recorded;
    },
    getFailed: (error) =>
      isAppError(error, 'UNAVAILABLE') && !isContention(error) && !isOutOfTime(error) ? 'batch' : 'none',
    ...{ maxBatch: 100, maxBatchMs: 1_000, maxBatches: 3, maxSingles: 2 },
  });
  return {
    async record(uploadId, updates) {
      const recorded = await enqueue({ uploadId, updates, runInTrace: AsyncLocalStorage.snapshot() });
      if (recorded === null) throw noUpload(uploadId);
      return recorded;
    },
    markSent: enqueue,
  };
}

/** The updates of an upload that are recorded at once. */
export interface PendingUpdate {
  readonly uploadId: string;
  readonly updates: readonly StatusUpdate[];
  /** The outbox row whose message the broker has: it is deleted with the updates recorded. */
  readonly sentId?: bigint;
  /** Runs a part of the work in the trace of its caller. */
  readonly runInTrace?: <T>(work: () => T) => T;
}

/** What updates led to: the new events, none when nothing changed, and whose upload it is. */
export interface Recorded {
  readonly ownerId: string;
  readonly events: readonly UploadLogEvent[];
}

/**
 * Merges updates into an upload, in the order given, under its row's lock: writes the statuses they lead to, numbers
 * the events, and at an end puts the uploadFinished message into the outbox, all in one transaction. Updates that are
 * known, overtaken, or late change nothing. NOT_FOUND for an unknown upload. Once it resolves, the caller signals the
 * upload and its owner.
 */
export async function recordUpdates(
  db: UploadsDb,
  uploadId: string,
  updates: StatusUpdate | readonly StatusUpdate[],
  now: Date,
): Promise<Recorded> {
  const [recorded] = await inTransaction(db, (tx) => applyUpdates(tx, [{ uploadId, updates: [updates].flat() }], now));
  if (!recorded) throw noUpload(uploadId);
  return recorded;
}

/**
 * `recordUpdates` for many uploads inside the caller's transaction, with the same result as one call after the other,
 * in as many statements as for one. Null for an unknown upload, or with `skipLocked` for one that is locked. Its locks:
 * uploads by id, then outbox rows, then the owners' numbers.
 */
export async function applyUpdates(
  tx: Transaction,
  pending: readonly PendingUpdate[],
  now: Date,
  { skipLocked = false }: { skipLocked?: boolean } = {},
): Promise<(Recorded | null)[]> {
  const ids = pending.flatMap(({ uploadId, updates }) => (updates.length > 0 ? [uploadId] : []));
  const rows = await lockUploads(tx, ids, { skipLocked });
  const merged = new Map(rows.map((row) => [row.id, unchanged(row)]));
  const recorded = pending.map((update) => {
    const before = merged.get(update.uploadId);
    if (before === undefined) return null;
    const after = mergeUpdates(before, update, now);
    merged.set(update.uploadId, after);
    return { ownerId: after.row.ownerId, events: after.events.slice(before.events.length) };
  });
  const uploads = [...merged.values()];
  await writeStates(tx, uploads.filter(isChanged));
  // With nothing to wait for, a message about an upload that is gone has been sent all the same.
  const isApplied = ({ uploadId, updates }: PendingUpdate) =>
    updates.length === 0 || !skipLocked || merged.has(uploadId);
  const sent = pending.filter(isApplied).flatMap(({ sentId }) => sentId ?? []);
  if (sent.length > 0) await tx.outboxMessage.deleteMany({ where: { id: { in: sent } } });
  const messages = uploads.flatMap(({ message }) => message ?? []);
  if (messages.length > 0) await tx.outboxMessage.createMany({ data: messages });
  const events = uploads.flatMap(({ row: { id: uploadId, ownerId }, events }) =>
    events.map(({ counts, ...event }) => ({ ...event, ...toCountColumns(counts), uploadId, ownerId })),
  );
  const numbered = await assignOwnerCursors(tx, events);
  if (numbered.length > 0) await tx.uploadEvent.createMany({ data: numbered });
  return recorded;
}

interface MergedUpload extends ChangedUpload {
  readonly events: readonly UploadLogEvent[];
  /** About its end. */
  readonly message: ReturnType<typeof toOutboxRow> | null;
}

const unchanged = (row: Upload): MergedUpload => ({ row, after: toState(row), events: [], message: null });

function mergeUpdates(
  { row, after, events, message }: MergedUpload,
  { updates, runInTrace = runDirectly }: PendingUpdate,
  now: Date,
) {
  let state = after;
  const added: UploadLogEvent[] = [];
  for (const update of updates) {
    const applied = applyStatusUpdate(state, update, now);
    state = applied.state;
    added.push(...applied.events);
  }
  const { finishedAt } = state;
  const isFinished = !isFinal(after.status) && finishedAt !== null;
  const finished = () => toFinishedRow(row, state, now);
  return { row, after: state, events: [...events, ...added], message: isFinished ? runInTrace(finished) : message };
}

const runDirectly = <T>(work: () => T) => work();

const isChanged = ({ row, after }: MergedUpload) => !isDeepStrictEqual(toColumns(toState(row)), toColumns(after));
