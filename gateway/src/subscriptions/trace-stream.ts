import { type Headers, openSpan, recordError } from '@tributary/tracing';

/**
 * The same results, in a span that lasts as long as they do. Each has a span of its own, from when it is there until the
 * client has taken it, linked to what it tells of: `cause` gives that as a `traceparent`.
 */
export function traceStream<T>(
  { field, operationName, from, cause }: StreamDescription,
  results: AsyncIterableIterator<T>,
): AsyncIterableIterator<T> {
  const attributes = { 'graphql.operation.type': 'subscription', 'graphql.operation.name': operationName };
  const { span, run } = openSpan('subscription', { kind: 'server', attributes, ...(from ? { from } : {}) });
  let handOver: () => void = () => undefined;

  function end() {
    handOver();
    span.end();
  }

  async function next() {
    handOver();
    handOver = () => undefined;
    try {
      const result = await results.next();
      if (result.done) end();
      else handOver = endOf(openSpan(`deliver ${field}`, { kind: 'producer', links: [cause()] }).span);
      return result;
    } catch (error) {
      recordError(span, error);
      end();
      throw error;
    }
  }

  return {
    next: () => run(next),
    async return() {
      end();
      return (await results.return?.()) ?? { done: true, value: undefined };
    },
    async throw(error) {
      end();
      if (results.throw) return results.throw(error);
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

interface StreamDescription {
  readonly field: string;
  readonly operationName: string | undefined;
  /** Headers that may name whose trace it is; without, it is a part of what happens now. */
  readonly from: Headers | undefined;
  readonly cause: () => string | null;
}

const endOf = (span: { end(): void }) => () => span.end();
