import { unavailable } from '@tributary/core';
import {
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from 'mongodb';
import { isSystemError } from './disk-errors.ts';

/** An error that only says MongoDB, or its majority, is not there becomes UNAVAILABLE; any other stays what it is. */
export function mongoUnavailable(error: unknown): unknown {
  const isConnection =
    isBrokenConnection(error) ||
    error instanceof MongoServerSelectionError ||
    error instanceof MongoNotConnectedError ||
    error instanceof MongoTopologyClosedError ||
    (error instanceof MongoServerError && error.hasErrorLabel('RetryableWriteError'));
  return isConnection ? unavailable('The file store (MongoDB) is not reachable.', { cause: error }) : error;
}

/** Whether the connection broke under the question; the driver passes on what the operating system says where writing it failed. */
export function isBrokenConnection(error: unknown): boolean {
  return error instanceof MongoNetworkError || ['ECONNRESET', 'EPIPE'].some((code) => isSystemError(error, code));
}

/** Whether a unique index refused a document. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 11000;
}
