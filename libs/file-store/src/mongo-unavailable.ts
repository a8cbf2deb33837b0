import { unavailable } from '@tributary/core';
import {
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from 'mongodb';

/** An error that only says MongoDB, or its majority, is not there becomes UNAVAILABLE; any other stays what it is. */
export function mongoUnavailable(error: unknown): unknown {
  const isConnection =
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    error instanceof MongoNotConnectedError ||
    error instanceof MongoTopologyClosedError ||
    (error instanceof MongoServerError && error.hasErrorLabel('RetryableWriteError'));
  return isConnection ? unavailable('The file store (MongoDB) is not reachable.', { cause: error }) : error;
}

/** Whether a unique index refused a document. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 11000;
}
