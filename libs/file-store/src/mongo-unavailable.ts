import { unavailable } from '@tributary/core';
import { MongoNetworkError, MongoNotConnectedError, MongoServerError, MongoServerSelectionError } from 'mongodb';

/** An error that only says MongoDB, or its majority, is not there becomes UNAVAILABLE; any other stays what it is. */
export function mongoUnavailable(error: unknown): unknown {
  const isConnection =
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    error instanceof MongoNotConnectedError ||
    (error instanceof MongoServerError && error.hasErrorLabel('RetryableWriteError'));
  return isConnection ? unavailable('The file store (MongoDB) is not reachable.', { cause: error }) : error;
}
