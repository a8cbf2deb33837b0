import type { Rejection } from './rows/rejection.ts';

/** Rows of a file that are committed together, with what makes them a step of the load. */
export interface Chunk {
  /** Rows of the file before this chunk: what must be committed already. */
  readonly after: number;
  /** The physical line of its last row. */
  readonly line: number;
  /** Accepted rows as the text of their values. */
  readonly rows: readonly string[];
  readonly rejections: readonly Rejection[];
}
