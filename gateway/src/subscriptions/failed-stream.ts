import { isAppError } from '@tributary/core';
import { codedError } from '../graph/coded-error.ts';

/** A stream that fails at once: graphql-ws tells the one operation so, where a throw would close the whole socket. */
export function failedStream<T>(error: unknown): AsyncIterableIterator<T> {
  return {
    next: () => Promise.reject(isAppError(error) ? codedError(error) : error),
    return: async () => ({ done: true, value: undefined }),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
