import { isAppError, unavailable } from '@tributary/core';

/** Whether the operating system refused with this code, e.g. ENOENT. */
export function isSystemError(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

/** A disk that is full, read-only, gone or failing is a dependency that is not there: UNAVAILABLE; other errors stay. */
export function diskUnavailable(error: unknown): unknown {
  const codes = [
    'ENOSPC',
    'EDQUOT',
    'EROFS',
    'EIO',
    'EACCES',
    'EPERM',
    'EMFILE',
    'ENFILE',
    'ENOENT',
    'ENOTDIR',
    'ESTALE',
  ];
  if (isAppError(error) || !codes.some((code) => isSystemError(error, code))) return error;
  return unavailable('The file store cannot be used.', { cause: error });
}
