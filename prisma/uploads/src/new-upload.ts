import type { Intake, Upload } from './generated/client.ts';
import { toCountColumns } from './upload-rows.ts';

/** A file that is durable in the store, and whose intake is still held. */
export interface AcceptedFile {
  readonly intakeId: string;
  readonly owner: {
    readonly id: string;
    readonly email: string;
    readonly name: string;
    /** Absent counts as confirmed. */
    readonly emailConfirmed?: boolean | undefined;
  };
  readonly filename: string;
  readonly kind: string;
  /** Absent means that the kind has none. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  readonly bytes: number;
  readonly sha256: string;
}

export type TakenIntake = Pick<Intake, 'fileId' | 'idempotencyKey'>;

const none = {
  ...toCountColumns({}),
  ...{ percent: 0, failure: null, reasons: '[]', problems: '[]', problemCount: 0, resultFiles: '[]', summary: null },
};
const notYet = {
  startedAt: null,
  progressAt: null,
  progressEvents: 0,
  delayEvents: 0,
  delayMessage: null,
  finishedAt: null,
};
const unsettled = {
  awaits: null,
  settled: null,
  endsAs: null,
  awaitedVersion: null,
  answeredVersion: null,
  notifiedAt: null,
};
const undisturbed = {
  resends: 0,
  cancelRequestedAt: null,
  deadLetteredAt: null,
  noticePendingSince: null,
  noticeResends: 0,
};

/** The whole record of an upload that was just received, so that nothing of it need be read back. */
export function newUpload(file: AcceptedFile, intake: TakenIntake, sequence: bigint, now: Date): Upload {
  const { intakeId, owner, filename, kind, options = {}, bytes, sha256 } = file;
  return {
    id: intakeId,
    sequence,
    ...{ ownerId: owner.id, ownerEmail: owner.email, ownerName: owner.name },
    ownerEmailConfirmed: owner.emailConfirmed ?? true,
    ...{ filename, kind, options: JSON.stringify(options), bytes: BigInt(bytes), sha256 },
    ...intake,
    ...{ status: 'RECEIVED', cursor: 1, ...none, ...notYet, ...unsettled, ...undisturbed },
    ...{ createdAt: now, updatedAt: now, signAt: now },
  };
}

/** Event 1 of its log. */
export function firstEvent({ id, ownerId, status, cursor, createdAt, ...upload }: Upload) {
  return { uploadId: id, ownerId, status, cursor, ...toCountColumns({}), percent: upload.percent, at: createdAt };
}
