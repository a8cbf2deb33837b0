import { type Clock, isAppError, type Log } from '@tributary/core';
import { parseBody } from '@tributary/events';
import type { Delivery, Handle, Outcome, Publish } from '@tributary/messaging';
import { inSpan } from '@tributary/tracing';
import { z } from 'zod';
import type { HandlingContext, WorkerDefinition } from './define-worker.ts';
import { failureOutcome } from './failure-outcome.ts';
import { matchContract } from './match-contract.ts';
import { retryDelayMs } from './retry-delay.ts';

export interface WorkerRuntime {
  readonly dependencies: object;
  readonly publish: Publish;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxHandlingMs: number;
}

/** Makes the broker's handle of a worker: each delivery is a span in the trace of what published it. */
export function handleDelivery(definition: WorkerDefinition, surroundings: WorkerRuntime): Handle {
  const handle = decideOutcome(definition, surroundings);
  return (delivery, signal) => {
    const { type, headers, messageId, attempt, waits, body } = delivery;
    const name = matchContract(definition, type) ? type : 'unknown';
    const attributes = {
      'messaging.system': 'rabbitmq',
      'messaging.operation.type': 'process',
      'messaging.destination.name': definition.name,
      'messaging.message.id': messageId,
      'tributary.attempt': attempt,
      'tributary.waits': waits,
      ...uploadAttribute(body),
    };
    return inSpan(`process ${name}`, { kind: 'consumer', from: headers, attributes }, async (span) => {
      const outcome = await handle(delivery, signal);
      span.setAttribute('tributary.outcome', signal.aborted ? 'delivery requeued' : outcomeName(outcome));
      return outcome;
    });
  };
}

/** Checks the message against its contract, runs the worker, decides by the error. */
function decideOutcome(
  definition: WorkerDefinition,
  { dependencies, maxHandlingMs, ...shared }: WorkerRuntime,
): Handle {
  return async (delivery, signal) => {
    const log = shared.log.child({ messageId: delivery.messageId, type: delivery.type, ...getUploadId(delivery.body) });
    const parsed = parseMessage(definition, delivery);
    if ('problem' in parsed) {
      log.error({ problem: parsed.problem }, 'delivery dead-lettered, invalid message');
      return { deadLetter: { reason: parsed.problem } };
    }
    // Every worker that processes uploads gets the cancellations and deletions of all.
    if (isOfOtherKind(definition, delivery.body)) return { ack: true };
    const { messageId, attempt, waits, type: messageType } = delivery;
    const startedAt = shared.clock.now().getTime();
    const handlingMs = () => shared.clock.now().getTime() - startedAt;
    let afterProgress = false;
    const context: HandlingContext = {
      ...shared,
      ...{ log, signal, attempt, messageId, messageType },
      markProgress() {
        afterProgress = true;
      },
      shouldYield: () => handlingMs() >= maxHandlingMs,
    };
    const handlerContext = { ...dependencies, ...context };
    try {
      await definition.handle(parsed.message, handlerContext);
      log.info({ ms: handlingMs(), attempt }, 'delivery handled');
      return { ack: true };
    } catch (error) {
      const outcome = failureOutcome(error, { attempt, waits, afterProgress });
      if (signal.aborted) {
        log.info('delivery requeued');
        return outcome;
      }
      logFailure(log, error, outcome, delivery);
      return (await runOutcomeHooks(definition, parsed.message, outcome, delivery, handlerContext)) ?? outcome;
    }
  };
}

function isOfOtherKind({ kinds }: WorkerDefinition, body: unknown): boolean {
  const kind: unknown = Object(body).kind;
  return kinds !== undefined && typeof kind === 'string' && !kinds.some(({ name }) => name === kind);
}

function parseMessage(definition: WorkerDefinition, { type, body }: Delivery) {
  const contract = matchContract(definition, type);
  if (contract === undefined) return { problem: `${definition.name} does not consume messages of type ${type}.` };
  const result = parseBody(contract, type, body);
  if (!result.success) return { problem: `The body is not a ${contract.type}: ${z.prettifyError(result.error)}` };
  const isOne = 'type' in definition.consumes;
  // The definition's own types were inferred from the contract that has just parsed the body.
  const message = (isOne ? result.data : { type: contract.type, body: result.data }) as never;
  return { message };
}

function logFailure(log: Log, error: unknown, outcome: Outcome, { attempt, waits }: Delivery) {
  if ('continue' in outcome) log.info('delivery continued in a new one');
  else if ('deadLetter' in outcome) log.error({ err: error, attempt }, 'delivery dead-lettered');
  else if (isAppError(error, 'UNAVAILABLE'))
    log.warn({ cause: getCause(error), waits, ...outcome }, 'delivery delayed');
  else log.error({ err: error, attempt, ...outcome }, 'delivery failed, retry scheduled');
}

/**
 * Calls the worker's hook for a message that waits, once for each reason, or is dead-lettered. A message is not dead-lettered
 * before its worker could record it: while that is UNAVAILABLE the message waits, which is the outcome returned.
 */
async function runOutcomeHooks(
  definition: WorkerDefinition,
  message: never,
  outcome: Outcome,
  { lastReason, waits }: Delivery,
  context: HandlingContext,
): Promise<Outcome | undefined> {
  try {
    if ('deadLetter' in outcome) await definition.onDeadLettered?.(message, context);
    if (!('retryInMs' in outcome) || outcome.countsAsAttempt) return undefined;
    const { reason = '', retryInMs } = outcome;
    if (reason !== lastReason) await definition.onDelayed?.(message, { reason, retryInMs }, context);
  } catch (error) {
    context.log.warn({ err: error }, 'outcome not reported');
    if (!('deadLetter' in outcome) || !isAppError(error, 'UNAVAILABLE')) return undefined;
    return { retryInMs: retryDelayMs(waits), countsAsAttempt: false, reason: outcome.deadLetter.reason };
  }
  return undefined;
}

/** The reason is for everyone; what is behind it, such as a refused connection, for the log alone. */
const getCause = ({ cause }: Error) => (cause instanceof Error ? cause.message : cause);

const getUploadId = (body: unknown) =>
  typeof body === 'object' && body !== null && 'uploadId' in body ? { uploadId: body.uploadId } : {};

const uploadAttribute = (body: unknown) => {
  const { uploadId } = Object(getUploadId(body));
  return typeof uploadId === 'string' ? { 'tributary.upload.id': uploadId } : {};
};

function outcomeName(outcome: Outcome): string {
  if ('retryInMs' in outcome) return outcome.countsAsAttempt ? 'tried again' : 'waits';
  return 'ack' in outcome ? 'done' : 'continue' in outcome ? 'continued' : 'dead-lettered';
}
