import { AppError } from '@tributary/core';
import type { problem } from '@tributary/events';
import type { z } from 'zod';

/** One thing wrong with the content of an upload. */
export type WorkProblem = z.input<typeof problem>;

/**
 * Thrown by a handler: what was done so far is kept, and the rest is for a new delivery of the same message, which starts
 * at once with no attempts or waits behind it. To be thrown only after progress: a message that makes none would never end.
 */
export class ContinueLater extends Error {
  constructor() {
    super('The rest of the work is for the next delivery.');
    this.name = 'Continue';
  }
}

/** Thrown by a handler: trying again would do harm. The message is dead-lettered at once, for a person to look at. */
export class UnrecoverableError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'SetAside';
  }
}

/**
 * Thrown by a handler: all that it needs is there, but others are at work. It waits as what is UNAVAILABLE does, and not as long, since
 * they end by themselves and the room they leave should not stay empty.
 */
export class BackpressureError extends AppError {
  constructor(reason: string) {
    super('UNAVAILABLE', reason);
    this.name = 'NoRoom';
  }
}

/** Thrown by the work on an upload: its content is invalid. The upload ends as FAILED and is not tried again; the message is for its owner. */
export class InvalidInput extends Error {
  readonly code: string;
  readonly problems: readonly WorkProblem[];

  constructor(code: string, message: string, problems: readonly WorkProblem[] = []) {
    super(message);
    this.name = 'InvalidInput';
    this.code = code;
    this.problems = problems;
  }
}
