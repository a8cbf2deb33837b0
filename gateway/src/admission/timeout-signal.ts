import { RetryAfterError } from '../errors.ts';

/**
 * A signal that aborts with the other one, or with UNAVAILABLE after the time has passed without any new byte, as
 * `bytesIn` counts them. Call `end` when the operation is over.
 */
export function createTimeoutSignal(
  signal: AbortSignal,
  ms: number,
  bytesIn: () => number = () => 0,
): { signal: AbortSignal; end: () => void } {
  const late = new AbortController();
  let timer: NodeJS.Timeout;
  function wait() {
    const before = bytesIn();
    timer = setTimeout(() => {
      if (bytesIn() > before) return wait();
      const limit = { limit: 'OPERATION_TIMEOUT_MS', retryAfterSeconds: 1 } as const;
      late.abort(new RetryAfterError('UNAVAILABLE', `The operation took longer than ${ms} ms`, limit));
    }, ms);
  }
  wait();
  return { signal: AbortSignal.any([signal, late.signal]), end: () => clearTimeout(timer) };
}
