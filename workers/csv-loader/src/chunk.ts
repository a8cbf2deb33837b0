import type { Kind } from './rows/kinds.ts';
import type { Rejection } from './rows/rejection.ts';
import type { RowValues } from './rows/validate-row.ts';

/** Rows of a file that are committed together: all from one place in it up to another. */
export interface Chunk {
  readonly from: number;
  readonly to: number;
  readonly rows: readonly RowValues[];
  readonly rejections: readonly Rejection[];
}

/** The load that chunks are committed to. */
export interface Target {
  readonly uploadId: string;
  readonly sequence: number;
  readonly kind: Kind;
}
