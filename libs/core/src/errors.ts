/** Every code a client, a worker or an operator can branch on; the first nine are the graph's `extensions.code`. */
export const errorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'BAD_USER_INPUT',
  'CONFLICT',
  'FILE_TOO_LARGE',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'INTERNAL_SERVER_ERROR',
  'BAD_CONFIG',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/**
 * The one error the system throws on purpose. A subgraph turns its code into `extensions.code`, a worker into
 * ack-with-failure (the user's fault), retry without end (UNAVAILABLE) or attempts and dead letter (all else).
 * Its message is shown to the user: it says what was wrong and with which value, never an internal.
 */
export class AppError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
  }
}

const make = (code: ErrorCode) => (message: string, options?: { cause?: unknown }) =>
  new AppError(code, message, options);

export const unauthenticated = make('UNAUTHENTICATED');
export const forbidden = make('FORBIDDEN');
export const notFound = make('NOT_FOUND');
export const invalidInput = make('BAD_USER_INPUT');
export const conflict = make('CONFLICT');
export const fileTooLarge = make('FILE_TOO_LARGE');
export const rateLimited = make('RATE_LIMITED');
export const badConfig = make('BAD_CONFIG');

/** A dependency (database, broker, store, SMTP, an earlier upload) is not there yet: try again later, for as long as it takes. */
export const unavailable = make('UNAVAILABLE');

/** True for an AppError, of the given code if one is named. */
export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  return error instanceof AppError && (code === undefined || error.code === code);
}
