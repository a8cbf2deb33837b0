import { isFinal, type UploadStatus } from './status.ts';
import type { StatusUpdate, UploadLogEvent, UploadState } from './status-update.ts';

/** Maximum numbers of progress and of delay events of one upload; changes of status always get one. */
const maxProgressEvents = 200;
const maxDelayEvents = 100;
const minProgressIntervalMs = 250;
const minProgressPercent = 0.5;
const minSignIntervalMs = 30_000;

export interface Applied {
  readonly state: UploadState;
  readonly events: readonly UploadLogEvent[];
}

/**
 * Merges one update into the state of an upload. The status only rises (RECEIVED, QUEUED, PROCESSING, LOADED, an end);
 * one that was skipped is written first, so every log of a loaded upload reads the same whatever order its messages
 * came in. Events are numbered from the state's cursor without a gap, and their times never go back.
 */
export function applyStatusUpdate(state: UploadState, update: StatusUpdate, now: Date): Applied {
  const at = new Date(Math.max((update.at ?? now).getTime(), state.updatedAt.getTime()));
  if (update.type === 'notified') {
    return unchanged({ ...state, notifiedAt: state.notifiedAt ?? update.at ?? now, noticePendingSince: null });
  }
  if (update.type === 'noticeSkipped') return unchanged({ ...state, noticePendingSince: null });
  if (isFinal(state.status)) return unchanged(state);
  return recordActivity(state, update, applyToOpen(state, update, now, at), now);
}

function applyToOpen(
  state: UploadState,
  update: Exclude<StatusUpdate, { type: 'notified' | 'noticeSkipped' }>,
  now: Date,
  at: Date,
): Applied {
  switch (update.type) {
    case 'queued':
      return riseTo('QUEUED', state, at);
    case 'started':
      return started(state, at, update.at ?? now);
    case 'progressed':
      return progressed(state, update, at);
    case 'delayed':
      return delayed(state, update, at);
    case 'loaded':
      return loaded(state, update, at);
    case 'settled':
      return settled(state, update, at);
    case 'failed':
      return failed(state, update, at);
    case 'cancelRequested':
      return cancelRequested(state, at);
    case 'cancelled':
      return cancelled(state, update, at);
  }
}

/**
 * Remembers when there was a sign of work, to the half minute so that few rows are written for it alone, and whether the
 * message is dead-lettered; work that is reported later shows that it is not any more.
 */
function recordActivity(before: UploadState, update: StatusUpdate, { state, events }: Applied, now: Date): Applied {
  if (update.type === 'delayed' && update.deadLettered) {
    const deadLetteredAt = update.at ?? now;
    const isOld = before.deadLetteredAt !== null && before.deadLetteredAt >= deadLetteredAt;
    return { state: isOld || state.endsAs !== null ? state : { ...state, deadLetteredAt, signAt: now }, events };
  }
  if (update.type === 'cancelRequested' || update.type === 'queued')
    return { state: { ...state, signAt: now }, events };
  const isRecent =
    events.length === 0 && before.signAt !== null && now.getTime() - before.signAt.getTime() < minSignIntervalMs;
  const isOlder = state.deadLetteredAt !== null && (update.at ?? now) <= state.deadLetteredAt;
  const deadLetteredAt = isOlder ? state.deadLetteredAt : null;
  const signs = isRecent && state.resends === 0 ? {} : { signAt: now, resends: 0 };
  return { state: { ...state, ...signs, deadLetteredAt }, events };
}

type UpdateOf<T extends StatusUpdate['type']> = Extract<StatusUpdate, { type: T }>;

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
  const finished = isFinal(next.status)
    ? { ...next, finishedAt: at, noticePendingSince: next.notifiedAt ? null : at }
    : next;
  const { cursor, status, counts, percent } = finished;
  return { state: finished, events: [...events, { cursor, status, counts, percent, message: message ?? null, at }] };
}

/** The time when the work really began is kept, so that a late report of a delay is known to be old. */
function started(state: UploadState, at: Date, startedAt: Date): Applied {
  return riseTo('PROCESSING', { ...state, startedAt: state.startedAt ?? startedAt }, at);
}

function progressed(state: UploadState, update: UpdateOf<'progressed'>, at: Date): Applied {
  if (state.endsAs !== null) return unchanged(state);
  const risen = riseTo('PROCESSING', state, at);
  const { progressAt, progressEvents, percent } = risen.state;
  const isWorthAnEvent =
    progressEvents < maxProgressEvents &&
    update.percent >= percent + minProgressPercent &&
    (progressAt === null || at.getTime() - progressAt.getTime() >= minProgressIntervalMs);
  if (!isWorthAnEvent) return risen;
  const change = { counts: update.counts, percent: update.percent, progressAt: at, progressEvents: progressEvents + 1 };
  return append(risen, change, at, update.message);
}

/** A late report of a delay is old once the work began. A dead letter is always worth an event: little else happens to it. */
function delayed(state: UploadState, update: UpdateOf<'delayed'>, at: Date): Applied {
  const isOld = update.at !== undefined && state.startedAt !== null && update.at < state.startedAt;
  const isKnown = update.message === state.delayMessage && !(update.deadLettered && state.deadLetteredAt === null);
  if (isOld || state.endsAs !== null || isKnown) return unchanged(state);
  const risen = riseTo('QUEUED', state, at);
  const { delayEvents } = risen.state;
  if (delayEvents >= maxDelayEvents && !update.deadLettered) return risen;
  return append(risen, { delayMessage: update.message, delayEvents: delayEvents + 1 }, at, update.message);
}

/** The first end of the work that becomes known stands: the worker decided between them. */
function loaded(state: UploadState, update: UpdateOf<'loaded'>, at: Date): Applied {
  if (state.endsAs !== null) return unchanged(state);
  const processing = riseTo('PROCESSING', state, at);
  const result = { ...toOutcome(update), percent: 100, endsAs: 'COMPLETED' } as const;
  const done = append(processing, { ...result, status: 'LOADED' }, at, update.summary ?? undefined);
  return finishIfSettled(done, at);
}

function settled(state: UploadState, { condition, version }: UpdateOf<'settled'>, at: Date): Applied {
  const settledVersion = Math.max(version, state.settled[condition] ?? version);
  return finishIfSettled(unchanged({ ...state, settled: { ...state.settled, [condition]: settledVersion } }), at);
}

function failed(state: UploadState, update: UpdateOf<'failed'>, at: Date): Applied {
  if (state.endsAs !== null) return unchanged(state);
  const { failure } = update;
  return append(riseTo('PROCESSING', state, at), { ...toResult(update), status: 'FAILED', failure }, at, failure);
}

function cancelRequested(state: UploadState, at: Date): Applied {
  if (state.endsAs !== null || state.cancelRequestedAt !== null) return unchanged(state);
  return append(unchanged(state), { cancelRequestedAt: at }, at, 'The upload is being cancelled.');
}

/** The result is known from now on, and the status follows once all conditions hold. */
function cancelled(state: UploadState, update: UpdateOf<'cancelled'>, at: Date): Applied {
  if (state.endsAs !== null) return unchanged(state);
  const { state: processing, events } = riseTo('PROCESSING', state, at);
  return finishIfSettled({ state: { ...processing, ...toOutcome(update), endsAs: 'CANCELLED' }, events }, at);
}

type Ended = UpdateOf<'loaded'> | UpdateOf<'cancelled'>;

const toResult = ({
  counts,
  problems = [],
  problemCount = problems.length,
  resultFiles = [],
}: Ended | UpdateOf<'failed'>) => ({
  ...{ counts, problems, problemCount, resultFiles },
});

const toOutcome = (update: Ended) => ({
  ...toResult(update),
  ...{ summary: update.summary ?? null, conditions: update.conditions, awaitedVersion: update.version },
});

function finishIfSettled(applied: Applied, at: Date): Applied {
  const { endsAs, conditions, awaitedVersion, settled, summary } = applied.state;
  if (endsAs === null) return applied;
  const isSettled = (condition: string) => (settled[condition] ?? -1) >= (awaitedVersion ?? 0);
  if (!(conditions ?? []).every(isSettled)) return applied;
  const message = endsAs === 'CANCELLED' ? (summary ?? 'The upload was cancelled.') : undefined;
  return append(applied, { status: endsAs }, at, message);
}
