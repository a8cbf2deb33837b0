import type { UploadFact, UploadLogEvent, UploadState } from './upload-facts.ts';
import { isEnd, type UploadStatus } from './upload-status.ts';

/** Maximum numbers of progress and of delay events of one upload; changes of status always get one. */
const maxProgressEvents = 200;
const maxDelayEvents = 100;
const minProgressIntervalMs = 250;
const minProgressPercent = 0.5;
const signEveryMs = 30_000;

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
  return noteSign(state, fact, applyTo(state, fact, now, at), now);
}

function applyTo(state: UploadState, fact: Exclude<UploadFact, { type: 'notified' }>, now: Date, at: Date): Applied {
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
    case 'settled':
      return settled(state, fact, at);
    case 'failed':
      return failed(state, fact, at);
    case 'cancelRequested':
      return cancelRequested(state, at);
    case 'cancelled':
      return cancelled(state, fact, at);
  }
}

/**
 * Remembers when there was a sign of work, to the half minute so that few rows are written for it alone, and whether the
 * message is dead-lettered; work that is reported later shows that it is not any more.
 */
function noteSign(before: UploadState, fact: UploadFact, { state, events }: Applied, now: Date): Applied {
  if (fact.type === 'delayed' && fact.deadLettered) {
    const deadLetteredAt = fact.at ?? now;
    const isOld = before.deadLetteredAt !== null && before.deadLetteredAt >= deadLetteredAt;
    return { state: isOld || state.endsAs !== null ? state : { ...state, deadLetteredAt, signAt: now }, events };
  }
  if (fact.type === 'cancelRequested' || fact.type === 'queued') return { state: { ...state, signAt: now }, events };
  const isStill =
    events.length === 0 && before.signAt !== null && now.getTime() - before.signAt.getTime() < signEveryMs;
  const isOlder = state.deadLetteredAt !== null && (fact.at ?? now) <= state.deadLetteredAt;
  const deadLetteredAt = isOlder ? state.deadLetteredAt : null;
  const signs = isStill && state.resends === 0 ? {} : { signAt: now, resends: 0 };
  return { state: { ...state, ...signs, deadLetteredAt }, events };
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
  if (state.endsAs !== null) return unchanged(state);
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

/** A late report of a delay is old once the work began. A dead letter is always worth an event: little else happens to it. */
function delayed(state: UploadState, fact: Fact<'delayed'>, at: Date): Applied {
  const isOld = fact.at !== undefined && state.startedAt !== null && fact.at < state.startedAt;
  const isKnown = fact.message === state.delayMessage && !(fact.deadLettered && state.deadLetteredAt === null);
  if (isOld || state.endsAs !== null || isKnown) return unchanged(state);
  const risen = riseTo('QUEUED', state, at);
  const { delayEvents } = risen.state;
  if (delayEvents >= maxDelayEvents && !fact.deadLettered) return risen;
  return append(risen, { delayMessage: fact.message, delayEvents: delayEvents + 1 }, at, fact.message);
}

/** The first end of the work that becomes known stands: the worker decided between them. */
function loaded(state: UploadState, fact: Fact<'loaded'>, at: Date): Applied {
  if (state.endsAs !== null) return unchanged(state);
  const processing = riseTo('PROCESSING', state, at);
  const result = { ...resultOf(fact), percent: 100, endsAs: 'COMPLETED' } as const;
  const done = append(processing, { ...result, status: 'LOADED' }, at, rejectedMessage(fact.counts.rowsRejected));
  return endIfSettled(done, at);
}

function settled(state: UploadState, { condition, version }: Fact<'settled'>, at: Date): Applied {
  const known = Math.max(version, state.settled[condition] ?? version);
  return endIfSettled(unchanged({ ...state, settled: { ...state.settled, [condition]: known } }), at);
}

function failed(state: UploadState, { counts, reasons, failure }: Fact<'failed'>, at: Date): Applied {
  if (state.endsAs !== null) return unchanged(state);
  return append(riseTo('PROCESSING', state, at), { status: 'FAILED', counts, reasons, failure }, at, failure);
}

function cancelRequested(state: UploadState, at: Date): Applied {
  if (state.endsAs !== null || state.cancelRequestedAt !== null) return unchanged(state);
  return append(unchanged(state), { cancelRequestedAt: at }, at, 'The upload is being cancelled.');
}

/** Counts and reasons are known from now on, and the status follows once the results include what was committed. */
function cancelled(state: UploadState, fact: Fact<'cancelled'>, at: Date): Applied {
  if (state.endsAs !== null) return unchanged(state);
  const { state: processing, events } = riseTo('PROCESSING', state, at);
  return endIfSettled({ state: { ...processing, ...resultOf(fact), endsAs: 'CANCELLED' }, events }, at);
}

const resultOf = ({ counts, reasons, awaits, version }: Fact<'loaded'> | Fact<'cancelled'>) => ({
  ...{ counts, reasons, awaits },
  awaitedVersion: version,
});

function endIfSettled(applied: Applied, at: Date): Applied {
  const { endsAs, awaits, awaitedVersion, settled, counts } = applied.state;
  if (endsAs === null) return applied;
  const isSettled = (condition: string) => (settled[condition] ?? -1) >= (awaitedVersion ?? 0);
  if (!(awaits ?? []).every(isSettled)) return applied;
  return append(
    applied,
    { status: endsAs },
    at,
    endsAs === 'CANCELLED' ? cancelledMessage(counts.rowsLoaded) : undefined,
  );
}

const cancelledMessage = (loaded: number) =>
  loaded === 0
    ? 'The upload was cancelled before any row was loaded.'
    : `The upload was cancelled. ${loaded} ${loaded === 1 ? 'row was' : 'rows were'} loaded before that and stay.`;

const rejectedMessage = (rejected: number) =>
  rejected === 0 ? undefined : `${rejected} ${rejected === 1 ? 'row was' : 'rows were'} rejected.`;
