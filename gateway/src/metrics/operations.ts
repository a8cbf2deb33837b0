import { isAppError } from '@tributary/core';
import { Counter, codeLabel, Histogram, type Registry, secondsBuckets } from '@tributary/metrics';
import { type LimitName, limitNames } from '../limit-names.ts';
import { getLimitName } from './limit-names.ts';

export type Transport = 'http' | 'sse' | 'multipart' | 'websocket';

/** One operation from its arrival to its end. */
export interface OperationMetrics {
  /** Sets its kind; without this it is unknown. */
  is(kind: string | null, transport?: Transport): void;
  /** Counts the errors it is answered with, or the one that was thrown. */
  failed(errors: readonly unknown[]): void;
  /** Ends the measurement; later calls change nothing. */
  end(outcome?: 'ok' | 'errors' | 'aborted'): void;
}

/** Measures clients' operations, the errors in their responses, and the requests that each limit rejected. */
export function measureOperations(registry: Registry) {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'tributary_gateway_operation_seconds',
    help: 'Time from the arrival of an operation to its end, by kind, transport and outcome.',
    labelNames: ['kind', 'transport', 'outcome'],
    buckets: secondsBuckets,
    registers,
  });
  const errors = new Counter({
    name: 'tributary_gateway_errors_total',
    help: 'Errors in responses to clients, by code.',
    labelNames: ['code'],
    registers,
  });
  const refusals = new Counter({
    name: 'tributary_gateway_refusals_total',
    help: 'What was refused, by the limit that did.',
    labelNames: ['limit'],
    registers,
  });
  for (const limit of limitNames) refusals.inc({ limit }, 0);

  const refused = (limit: LimitName) => refusals.inc({ limit });

  function failed(reported: readonly unknown[]): void {
    for (const error of reported) errors.inc({ code: codeLabel(codeOf(error)) });
    for (const limit of new Set(reported.map(getLimitName))) if (limit) refused(limit);
  }

  function begin(arrivedBy: Transport): OperationMetrics {
    const startedAt = performance.now();
    const labels = { kind: 'unknown', transport: arrivedBy, outcome: 'ok' };
    let isOver = false;
    return {
      is(kind, transport = arrivedBy) {
        labels.kind = kind ?? 'unknown';
        labels.transport = transport;
      },
      failed(reported) {
        if (reported.length > 0) labels.outcome = 'errors';
        failed(reported);
      },
      end(outcome) {
        if (isOver) return;
        isOver = true;
        // Neither parsed nor refused: a landing page or a preflight, not an operation.
        if (labels.kind === 'unknown' && labels.outcome === 'ok' && outcome !== 'errors') return;
        seconds.observe({ ...labels, outcome: outcome ?? labels.outcome }, (performance.now() - startedAt) / 1000);
      },
    };
  }

  return { begin, failed, refused };
}

/**
 * The code of an AppError, of a GraphQLError or of its JSON form; errors of a body parser are the client's, all others
 * are server errors.
 */
function codeOf(error: unknown): unknown {
  if (isAppError(error)) return error.code;
  const { extensions, status } = Object(error);
  if (extensions?.code !== undefined) return extensions.code;
  return typeof status === 'number' && status < 500 ? 'BAD_USER_INPUT' : 'INTERNAL_SERVER_ERROR';
}
