import { unavailable } from '@tributary/core';
import { asUnavailable } from '@tributary/employment-db';

/** An error that says the database cannot serve now becomes UNAVAILABLE in the uploader's words; any other stays what it is. */
export function waitingForDatabase(error: unknown): unknown {
  const classified = asUnavailable(error);
  return classified === error ? error : unavailable('Waiting for the database', { cause: error });
}
