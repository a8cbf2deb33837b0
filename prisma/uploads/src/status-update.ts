import type { anyWork, BodyOf } from '@tributary/events';
import type { UploadStatus } from './status.ts';

type Completed = BodyOf<(typeof anyWork)['completed']>;

/** Named numbers that the work counted, such as `{ rowsLoaded: 12 }`. */
export type Counts = Readonly<Completed['counts']>;
export type Problem = Completed['problems'][number];
export type ResultFile = Completed['resultFiles'][number];

/** The result of ended work. */
interface WorkResult {
  readonly counts: Counts;
  /** The first ten. */
  readonly problems?: readonly Problem[];
  readonly problemCount?: number;
  readonly resultFiles?: readonly ResultFile[];
}

interface WorkOutcome extends WorkResult {
  /** One sentence for the uploader. */
  readonly summary?: string | null;
  /** Must hold before an upload whose work is done gets its final status; without any it is final at once. */
  readonly conditions: readonly string[];
  /** The version each condition must be settled with. */
  readonly version: number;
}

/**
 * What one message reports about an upload. `at` is when it happened where it happened; without it, now.
 * An update stays true however late or often it is reported.
 */
export type StatusUpdate = { readonly at?: Date } & (
  | { readonly type: 'queued' }
  | { readonly type: 'started' }
  | {
      readonly type: 'progressed';
      readonly counts: Counts;
      readonly percent: number;
      readonly message?: string | undefined;
    }
  | { readonly type: 'delayed'; readonly message: string; readonly deadLettered?: boolean }
  | ({ readonly type: 'loaded' } & WorkOutcome)
  | { readonly type: 'settled'; readonly condition: string; readonly version: number }
  | ({ readonly type: 'failed'; readonly failure: string } & WorkResult)
  | { readonly type: 'cancelRequested' }
  | ({ readonly type: 'cancelled' } & WorkOutcome)
  | { readonly type: 'notified' }
  /** Nobody is notified: no mail can be sent. */
  | { readonly type: 'noticeSkipped' }
);

/** What is known about an upload: the fold of its log, and the updates that have not shown in the log yet. */
export interface UploadState extends Required<WorkResult> {
  readonly status: UploadStatus;
  readonly cursor: number;
  readonly percent: number;
  readonly failure: string | null;
  readonly summary: string | null;
  readonly startedAt: Date | null;
  readonly progressAt: Date | null;
  readonly progressEvents: number;
  readonly delayEvents: number;
  readonly delayMessage: string | null;
  /** The conditions the work ended with; null before that. */
  readonly conditions: readonly string[] | null;
  /** By condition the version it was settled with, also before the work ended. */
  readonly settled: Readonly<Record<string, number>>;
  readonly awaitedVersion: number | null;
  /** The final status once all conditions hold; null before the work ended. */
  readonly endsAs: 'COMPLETED' | 'CANCELLED' | null;
  readonly signAt: Date | null;
  readonly resends: number;
  readonly cancelRequestedAt: Date | null;
  readonly deadLetteredAt: Date | null;
  readonly updatedAt: Date;
  readonly finishedAt: Date | null;
  readonly notifiedAt: Date | null;
  /** When the notice about the end was last sent; null once its fate is known. */
  readonly noticePendingSince: Date | null;
  readonly noticeResends: number;
}

/** One entry of the event log. */
export interface UploadLogEvent {
  readonly cursor: number;
  readonly status: UploadStatus;
  readonly counts: Counts;
  readonly percent: number;
  readonly message: string | null;
  readonly at: Date;
}
