import type { BodyOf, uploadFinished } from '@tributary/events';
import type { UploadStatus } from './status.ts';

export type RowCounts = Pick<BodyOf<typeof uploadFinished>, 'rowsRead' | 'rowsLoaded' | 'rowsRejected'>;
export type RejectionReason = BodyOf<typeof uploadFinished>['reasons'][number];

/** What must hold before an upload whose work is done gets its final status. */
interface Conditions {
  /** Message types, each settled by a message of that type; none means that the upload is final at once. */
  readonly awaits: readonly string[];
  /** The data version each condition must be settled with. */
  readonly version: number;
}

/**
 * What one message tells about an upload. `at` is when it happened where it happened; without it, now.
 * A fact stays true however late or often it is told.
 */
export type StatusUpdate = { readonly at?: Date } & (
  | { readonly type: 'queued' }
  | { readonly type: 'started' }
  | { readonly type: 'progressed'; readonly counts: RowCounts; readonly percent: number }
  | { readonly type: 'delayed'; readonly message: string; readonly deadLettered?: boolean }
  | ({ readonly type: 'loaded'; readonly counts: RowCounts; readonly reasons: readonly RejectionReason[] } & Conditions)
  | { readonly type: 'settled'; readonly condition: string; readonly version: number }
  | {
      readonly type: 'failed';
      readonly counts: RowCounts;
      readonly reasons: readonly RejectionReason[];
      readonly failure: string;
    }
  | { readonly type: 'cancelRequested' }
  | ({
      readonly type: 'cancelled';
      readonly counts: RowCounts;
      readonly reasons: readonly RejectionReason[];
    } & Conditions)
  | { readonly type: 'notified' }
);

/** What is known about an upload: the fold of its log, and the facts that have not shown in the log yet. */
export interface UploadState {
  readonly status: UploadStatus;
  readonly cursor: number;
  readonly counts: RowCounts;
  readonly percent: number;
  readonly failure: string | null;
  readonly reasons: readonly RejectionReason[];
  readonly startedAt: Date | null;
  readonly progressAt: Date | null;
  readonly progressEvents: number;
  readonly delayEvents: number;
  readonly delayMessage: string | null;
  /** The conditions the work ended with; null before that. */
  readonly awaits: readonly string[] | null;
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
}

/** One row of the log; its upload is the log's owner. */
export interface UploadLogEvent {
  readonly cursor: number;
  readonly status: UploadStatus;
  readonly rowsRead: number;
  readonly rowsLoaded: number;
  readonly rowsRejected: number;
  readonly percent: number;
  readonly message: string | null;
  readonly at: Date;
}
