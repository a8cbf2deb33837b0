import type { UploadFact, UploadLogEvent, UploadState } from './upload-facts.ts';
import { isEnd, type UploadStatus } from './upload-status.ts';

/** The most progress and delay events one upload may have; changes of status always get one. */
const maxProgressEvents = 200;
const minProgressIntervalMs = 250;
const minProgressPercent = 0.5;

export interface Applied {
  readonly state: UploadState;
  readonly events: readonly UploadLogEvent[];
}

/**
 * Merges one fact into what is known of an upload. The status only rises (RECEIVED, QUEUED, PROCESSING, LOADED, an
 * end); one that was skipped is written first, so every log of a loaded upload reads the same whatever order its
 * messages came in. Events are numbered on from the state's cursor without a hole, and their times never go back.
 */
export function applyFact(state: UploadState, fact: UploadFact, now: Date): Applied {
  const at = new Date(Math.max((fact.at ?? now).getTime(), state.updatedAt.getTime()));
  if (fact.type === 'notified') return unchanged({ ...state, notifiedAt: state.notifiedAt ?? fact.at ?? now });
  if (isEnd(state.status)) return unchanged(state);
  switch (fact.type) {
    case 'queued':
      return riseTo('QUEUED', state, at);
    case 'started':
      return started(state, at, fact.at ?? now);
    case 'progressed':
      return progressed(state, fact, at);
    case 'delayed':
      return delayed(state, fact, at);
    case 'loaded':
      return loaded(state, fact, at);
    case 'answered':
      return answered(state, fact.version, at);
    case 'failed':
    case 'cancelled':
      return ended(state, fact, at);
  }
}

type Fact<T extends UploadFact['type']> = Extract<UploadFact, { type: T }>;

const order: readonly UploadStatus[] = ['RECEIVED', 'QUEUED', 'PROCESSING', 'LOADED', 'COMPLETED'];
const rank = (status: UploadStatus) => order.indexOf(status);
const unchanged = (state: UploadState): Applied => ({ state, events: [] });

/** Writes every status between the present one and `target`, and `target`; nothing when it is already there or past. */
function riseTo(target: UploadStatus, state: UploadState, at: Date): Applied {
  const steps = order.slice(rank(state.status) + 1, rank(target) + 1);
  return steps.reduce<Applied>((applied, status) => append(applied, { status }, at), unchanged(state));
}

/** Appends one event that carries what changed; the state is what its last event says. */
function append({ state, events }: Applied, change: Partial<UploadState>, at: Date, message?: string): Applied {
  const next: UploadState = { ...state, ...change, cursor: state.cursor + 1, updatedAt: at };
  const finished = isEnd(next.status) ? { ...next, finishedAt: at } : next;
  const { cursor, status, counts, percent } = finished;
  return { state: finished, events: [...events, { cursor, status, ...counts, percent, message: message ?? null, at }] };
}

/** When the load really began is kept, so that a delay told late is known to be old. */
function started(state: UploadState, at: Date, startedAt: Date): Applied {
  return riseTo('PROCESSING', { ...state, startedAt: state.startedAt ?? startedAt }, at);
}

function progressed(state: UploadState, fact: Fact<'progressed'>, at: Date): Applied {
  if (rank(state.status) > rank('PROCESSING')) return unchanged(state);
  const risen = riseTo('PROCESSING', state, at);
  const { progressAt, progressEvents, percent, counts } = risen.state;
  const isNews =
    progressEvents < maxProgressEvents &&
    fact.counts.rowsRead > counts.rowsRead &&
    fact.percent >= percent + minProgressPercent &&
    (progressAt === null || at.getTime() - progressAt.getTime() >= minProgressIntervalMs);
  if (!isNews) return risen;
  const change = { counts: fact.counts, percent: fact.percent, progressAt: at, progressEvents: progressEvents + 1 };
  return append(risen, change, at);
}

function delayed(state: UploadState, fact: Fact<'delayed'>, at: Date): Applied {
  const isOld = fact.at !== undefined && state.startedAt !== null && fact.at < state.startedAt;
  if (isOld || rank(state.status) > rank('PROCESSING') || fact.message === state.delayMessage) return unchanged(state);
  const risen = riseTo('QUEUED', state, at);
  if (risen.state.progressEvents >= maxProgressEvents) return risen;
  const change = { delayMessage: fact.message, progressEvents: risen.state.progressEvents + 1 };
  return append(risen, change, at, fact.message);
}

function loaded(state: UploadState, fact: Fact<'loaded'>, at: Date): Applied {
  if (rank(state.status) >= rank('LOADED')) return unchanged(state);
  const processing = riseTo('PROCESSING', state, at);
  const result = { counts: fact.counts, percent: 100, reasons: fact.reasons, awaitedVersion: fact.version };
  const done = append(processing, { ...result, status: 'LOADED' }, at, rejectedMessage(fact.counts.rowsRejected));
  const isAwaited = fact.awaits.length > 0 && (state.answeredVersion ?? -1) < fact.version;
  return isAwaited ? done : append(done, { status: 'COMPLETED' }, at);
}

function answered(state: UploadState, version: number, at: Date): Applied {
  const known = { ...state, answeredVersion: Math.max(version, state.answeredVersion ?? version) };
  const isComplete = state.status === 'LOADED' && known.answeredVersion >= (state.awaitedVersion ?? 0);
  return isComplete ? riseTo('COMPLETED', known, at) : unchanged(known);
}

/** A load that is LOADED has committed its rows: a failure told afterwards is not about it. */
function ended(state: UploadState, fact: Fact<'failed'> | Fact<'cancelled'>, at: Date): Applied {
  if (state.status === 'LOADED') return unchanged(state);
  const processing = riseTo('PROCESSING', state, at);
  return fact.type === 'cancelled'
    ? append(processing, { status: 'CANCELLED', counts: fact.counts }, at)
    : append(
        processing,
        { status: 'FAILED', counts: fact.counts, reasons: fact.reasons, failure: fact.failure },
        at,
        fact.failure,
      );
}

const rejectedMessage = (rejected: number) =>
  rejected === 0 ? undefined : `${rejected} ${rejected === 1 ? 'row was' : 'rows were'} rejected.`;
