/** The same results; `release` is called once they have ended, in whatever way. */
export function onIteratorEnd<T>(results: AsyncIterableIterator<T>, release: () => void): AsyncIterableIterator<T> {
  return {
    async next() {
      try {
        const result = await results.next();
        if (result.done) release();
        return result;
      } catch (error) {
        release();
        throw error;
      }
    },
    async return() {
      release();
      return (await results.return?.()) ?? { done: true, value: undefined };
    },
    async throw(error) {
      release();
      if (results.throw) return results.throw(error);
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/**
 * The same results with a `return` that never rejects: it is called when the client has disconnected, where a rejection
 * would end the process.
 */
export function endingSafely<T>(
  results: AsyncIterableIterator<T>,
  failed: (error: unknown) => void,
): AsyncIterableIterator<T> {
  return {
    next: () => results.next(),
    async return() {
      try {
        await results.return?.();
      } catch (error) {
        failed(error);
      }
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
