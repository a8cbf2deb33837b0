/** The file itself is at fault: nothing of it was loaded and nothing is retried. The message is for the uploader. */
export class InvalidFileError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FileFault';
  }
}

export type RejectionCode =
  | 'WRONG_WIDTH'
  | 'BAD_QUOTES'
  | 'REQUIRED'
  | 'NOT_AN_INTEGER'
  | 'OUT_OF_RANGE'
  | 'TOO_LONG'
  | 'BAD_DATETIME'
  | 'DUPLICATE_ID'
  | 'UNKNOWN_DEPARTMENT'
  | 'UNKNOWN_JOB';

/** Why a row was not loaded: its first failing column, null where the row as a whole is at fault. */
export interface RowFault {
  readonly column: string | null;
  readonly code: RejectionCode;
  readonly message: string;
}

export interface Rejection extends RowFault {
  readonly line: number;
  readonly raw: string;
}
