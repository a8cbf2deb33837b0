import { isDeepStrictEqual } from 'node:util';
import { notFound } from '@tributary/core';
import { type BodyOf, uploadFinished } from '@tributary/events';
import { outgoingMessage } from '@tributary/messaging';
import { applyFact } from './apply-fact.ts';
import type { Transaction, UploadsDb } from './client.ts';
import type { Upload } from './generated/client.ts';
import { inTransaction } from './in-transaction.ts';
import { lockUploads } from './lock-uploads.ts';
import { numberForOwners } from './number-for-owners.ts';
import { outboxRow } from './outbox-row.ts';
import type { UploadFact, UploadLogEvent, UploadState } from './upload-facts.ts';
import { uploaderIn } from './upload-messages.ts';
import { columnsOfState, stateOfRow } from './upload-row.ts';
import { isEnd } from './upload-status.ts';
import { type ChangedUpload, writeStates } from './write-states.ts';

/** What is told of an upload at once. */
export interface Telling {
  readonly uploadId: string;
  readonly facts: readonly UploadFact[];
  /** The outbox row whose message the broker has: it is deleted with the facts recorded. */
  readonly sentId?: bigint;
  /** Runs what belongs to the trace in which it was told. */
  readonly within?: <T>(work: () => T) => T;
}

/** What facts led to: the new events, none when nothing changed, and whose upload it is. */
export interface Recorded {
  readonly ownerId: string;
  readonly events: readonly UploadLogEvent[];
}

/**
 * Merges facts into an upload, in the order given, under its row's lock: writes the statuses they lead to, numbers the
 * events, and at an end puts the uploadFinished message into the outbox, all in one transaction. Facts already known,
 * overtaken, or told after the end change nothing. NOT_FOUND for an unknown upload. Once it resolves, the caller signals
 * the upload and its owner.
 */
export async function recordFacts(
  db: UploadsDb,
  uploadId: string,
  facts: UploadFact | readonly UploadFact[],
  now: Date,
): Promise<Recorded> {
  const [recorded] = await inTransaction(db, (tx) => recordWithin(tx, [{ uploadId, facts: [facts].flat() }], now));
  if (!recorded) throw notFound(`There is no upload ${uploadId}.`);
  return recorded;
}

/**
 * `recordFacts` for many uploads inside the caller's transaction, with the result of one telling after the other, in as many
 * statements as for one. A telling of an unknown upload, or with `skipLocked` of one that is locked, is answered with null.
 * Its locks: uploads by id, then outbox rows, then the owners' numbers.
 */
export async function recordWithin(
  tx: Transaction,
  tellings: readonly Telling[],
  now: Date,
  { skipLocked = false }: { skipLocked?: boolean } = {},
): Promise<(Recorded | null)[]> {
  const ids = tellings.flatMap(({ uploadId, facts }) => (facts.length > 0 ? [uploadId] : []));
  const rows = await lockUploads(tx, ids, { skipLocked });
  const merged = new Map(rows.map((row) => [row.id, unchanged(row)]));
  const recorded = tellings.map((telling) => {
    const before = merged.get(telling.uploadId);
    if (before === undefined) return null;
    const after = merge(before, telling, now);
    merged.set(telling.uploadId, after);
    return { ownerId: after.row.ownerId, events: after.events.slice(before.events.length) };
  });
  const uploads = [...merged.values()];
  await writeStates(tx, uploads.filter(isChanged));
  // With nothing to wait for, a message about an upload that is gone has been sent all the same.
  const isKnown = ({ uploadId, facts }: Telling) => facts.length === 0 || !skipLocked || merged.has(uploadId);
  const sent = tellings.filter(isKnown).flatMap(({ sentId }) => sentId ?? []);
  if (sent.length > 0) await tx.outboxMessage.deleteMany({ where: { id: { in: sent } } });
  const messages = uploads.flatMap(({ message }) => message ?? []);
  if (messages.length > 0) await tx.outboxMessage.createMany({ data: messages });
  const events = uploads.flatMap(({ row: { id: uploadId, ownerId }, events }) =>
    events.map((event) => ({ ...event, uploadId, ownerId })),
  );
  const numbered = await numberForOwners(tx, events);
  if (numbered.length > 0) await tx.uploadEvent.createMany({ data: numbered });
  return recorded;
}

interface MergedUpload extends ChangedUpload {
  readonly events: readonly UploadLogEvent[];
  /** About its end. */
  readonly message: ReturnType<typeof outboxRow> | null;
}

const unchanged = (row: Upload): MergedUpload => ({ row, after: stateOfRow(row), events: [], message: null });

function merge({ row, after, events, message }: MergedUpload, { facts, within = call }: Telling, now: Date) {
  let state = after;
  const added: UploadLogEvent[] = [];
  for (const fact of facts) {
    const applied = applyFact(state, fact, now);
    state = applied.state;
    added.push(...applied.events);
  }
  const { finishedAt } = state;
  const hasEnded = !isEnd(after.status) && finishedAt !== null;
  const finished = () =>
    outboxRow(outgoingMessage(uploadFinished, finishedBody(row, state, finishedAt ?? now)), row.id, now);
  return { row, after: state, events: [...events, ...added], message: hasEnded ? within(finished) : message };
}

const call = <T>(work: () => T) => work();

const isChanged = ({ row, after }: MergedUpload) =>
  !isDeepStrictEqual(columnsOfState(stateOfRow(row)), columnsOfState(after));

function finishedBody(row: Upload, state: UploadState, finishedAt: Date): BodyOf<typeof uploadFinished> {
  if (!isEnd(state.status)) throw new Error(`Upload ${row.id} has finished with status ${state.status}.`);
  return {
    uploadId: row.id,
    filename: row.filename,
    kind: row.kind,
    status: state.status,
    uploader: uploaderIn(row),
    ...state.counts,
    failure: state.failure,
    reasons: [...state.reasons],
    receivedAt: row.createdAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
  };
}
