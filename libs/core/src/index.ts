export { type Clock, systemClock } from './clock.ts';
export { pem, port, readConfig, secret, urlOf, wholeNumber } from './config.ts';
export { defaultReasons, type ErrorCode, type ErrorReason, errorCatalogue, errorCodes } from './error-catalogue.ts';
export {
  AppError,
  badConfig,
  checkAll,
  conflict,
  fileTooLarge,
  forbidden,
  hasReason,
  type InputProblem,
  invalidArgument,
  invalidInput,
  isAppError,
  notFound,
  rateLimited,
  toExtensions,
  unauthenticated,
  unavailable,
} from './errors.ts';
export { createLog, type Log } from './log.ts';
export { countDroppedLogLines } from './log-destination.ts';
export { settings } from './settings.ts';
export { type Process, startProcess } from './shutdown.ts';
