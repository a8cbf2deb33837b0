import type { BodyOf, uploadFinished } from '@tributary/events';
import type { UploadStatus } from './upload-status.ts';

export type RowCounts = Pick<BodyOf<typeof uploadFinished>, 'rowsRead' | 'rowsLoaded' | 'rowsRejected'>;
export type RejectionReason = BodyOf<typeof uploadFinished>['reasons'][number];

/**
 * What one message tells about an upload. `at` is when it happened where it happened; without it, now.
 * A fact stays true however late or often it is told.
 */
export type UploadFact = { readonly at?: Date } & (
  | { readonly type: 'queued' }
  | { readonly type: 'started' }
  | { readonly type: 'progressed'; readonly counts: RowCounts; readonly percent: number }
  | { readonly type: 'delayed'; readonly message: string }
  | {
      readonly type: 'loaded';
      readonly counts: RowCounts;
      readonly reasons: readonly RejectionReason[];
      /** The message types COMPLETED still waits for; none means complete at once. */
      readonly awaits: readonly string[];
      /** The data version an answer must reach to include this upload. */
      readonly version: number;
    }
  | { readonly type: 'answered'; readonly version: number }
  | {
      readonly type: 'failed';
      readonly counts: RowCounts;
      readonly reasons: readonly RejectionReason[];
      readonly failure: string;
    }
  | { readonly type: 'cancelled'; readonly counts: RowCounts }
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
  readonly delayMessage: string | null;
  readonly awaitedVersion: number | null;
  readonly answeredVersion: number | null;
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
