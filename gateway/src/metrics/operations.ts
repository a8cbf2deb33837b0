import { isAppError } from '@tributary/core';
import { Counter, codeLabel, Histogram, type Registry, secondsBuckets } from '@tributary/metrics';
import { type LimitName, limitNames } from '../limit-names.ts';
import { getLimitName } from './limit-names.ts';

export type Transport = 'http' | 'sse' | 'multipart' | 'websocket';

/** One operation from its arrival to its end. */
export interface OperationMetrics {
  /** What it turned out to be; without this it is unknown. */
  is(kind: string | null, transport?: Transport): void;
  /** It is answered with these errors, or with the one that was thrown. */
  failed(errors: readonly unknown[]): void;
  /** It is over, for good; calling it again changes nothing. */
  end(outcome?: 'ok' | 'errors' | 'aborted'): void;
}

/** Adds the operations of clients, the errors they are answered with, and what each limit refused. */
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
    help: 'Errors that clients were told, by code.',
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

  function failed(told: readonly unknown[]): void {
    for (const error of told) errors.inc({ code: codeLabel(codeOf(error)) });
    for (const limit of new Set(told.map(getLimitName))) if (limit) refused(limit);
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
      failed(told) {
        if (told.length > 0) labels.outcome = 'errors';
        failed(told);
      },
      end(outcome) {
        if (isOver) return;
        isOver = true;
        // One that nobody could read and that was not refused either was no operation: a page, or a preflight.
        if (labels.kind === 'unknown' && labels.outcome === 'ok' && outcome !== 'errors') return;
        seconds.observe({ ...labels, outcome: outcome ?? labels.outcome }, (performance.now() - startedAt) / 1000);
      },
    };
  }

  return { begin, failed, refused };
}

/** Of an AppError, a GraphQLError or one as it is shown; what a body parser throws is the client's fault, all else is ours. */
function codeOf(error: unknown): unknown {
  if (isAppError(error)) return error.code;
  const { extensions, status } = Object(error);
  if (extensions?.code !== undefined) return extensions.code;
  return typeof status === 'number' && status < 500 ? 'BAD_USER_INPUT' : 'INTERNAL_SERVER_ERROR';
}
