import { defaultReasons, type ErrorCode, type ErrorReason } from './error-catalogue.ts';

/** One wrong value of the input. */
export interface InputProblem {
  /** The argument and the way to the value inside it. */
  readonly path: readonly (string | number)[];
  readonly code: ErrorReason<'BAD_USER_INPUT'>;
  readonly message: string;
}

interface ErrorOptions<Reason extends ErrorReason = ErrorReason> {
  readonly reason?: Reason;
  readonly problems?: readonly InputProblem[];
  readonly cause?: unknown;
}

/**
 * The one error the system throws on purpose. A subgraph turns its code and reason into `extensions`, a worker into
 * ack-with-failure (the user's fault), retry without limit (UNAVAILABLE) or attempts and dead letter (all else).
 * The user sees its message: what is wrong, with which value, and nothing internal.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly reason: ErrorReason;
  /** Every wrong value of the input; empty for other errors. */
  readonly problems: readonly InputProblem[];

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
    this.reason = options.reason ?? defaultReasons[code];
    this.problems = options.problems ?? [];
  }
}

const make =
  <Code extends ErrorCode>(code: Code) =>
  (message: string, options?: ErrorOptions<ErrorReason<Code> & ErrorReason>) =>
    new AppError(code, message, options);

export const unauthenticated = make('UNAUTHENTICATED');
export const forbidden = make('FORBIDDEN');
export const notFound = make('NOT_FOUND');
export const invalidInput = make('BAD_USER_INPUT');
export const conflict = make('CONFLICT');
export const fileTooLarge = make('FILE_TOO_LARGE');
export const rateLimited = make('RATE_LIMITED');
export const badConfig = make('BAD_CONFIG');

/** A dependency (database, broker, store, SMTP, an earlier upload) is unavailable: retried for as long as it takes. */
export const unavailable = make('UNAVAILABLE');

/** BAD_USER_INPUT for one value of the input. */
export function invalidArgument(
  path: InputProblem['path'],
  code: InputProblem['code'],
  message: string,
  options: { cause?: unknown } = {},
): AppError {
  return invalidInput(message, { ...options, reason: code, problems: [{ path, code, message }] });
}

/**
 * Runs every check and returns their values by name. When checks throw BAD_USER_INPUT, throws one that lists the problems of
 * all of them; any other error is thrown as it is.
 */
export function checkAll<Checks extends Record<string, () => unknown>>(
  checks: Checks,
): { [Name in keyof Checks]: ReturnType<Checks[Name]> } {
  const failed: AppError[] = [];
  const values = Object.entries(checks).map(([name, check]) => {
    try {
      return [name, check()];
    } catch (error) {
      if (!isAppError(error, 'BAD_USER_INPUT')) throw error;
      failed.push(error);
      return [name, undefined];
    }
  });
  const [first] = failed;
  if (first === undefined) return Object.fromEntries(values);
  if (failed.length === 1) throw first;
  const { code, reason } = first;
  const message = failed.map((error) => error.message).join(' ');
  throw new AppError(code, message, { reason, problems: failed.flatMap(({ problems }) => problems) });
}

/** What a client receives beside the message. */
export function toExtensions({ code, reason, problems }: AppError) {
  return { code, reason, ...(problems.length > 0 && { problems }) };
}

/** True for an AppError, of the given code if one is named. */
export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  return error instanceof AppError && (code === undefined || error.code === code);
}

/** True for an AppError of that reason. */
export function hasReason(error: unknown, reason: ErrorReason): error is AppError {
  return isAppError(error) && error.reason === reason;
}
