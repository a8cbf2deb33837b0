export { type Clock, systemClock } from './clock.ts';
export { pem, port, readConfig, secret, urlOf, wholeNumber } from './config.ts';
export {
  AppError,
  badConfig,
  conflict,
  type ErrorCode,
  errorCodes,
  fileTooLarge,
  forbidden,
  invalidInput,
  isAppError,
  notFound,
  rateLimited,
  unauthenticated,
  unavailable,
} from './errors.ts';
export { createLog, type Log } from './log.ts';
export { countDroppedLogLines } from './log-destination.ts';
export { type Process, startProcess } from './shutdown.ts';
