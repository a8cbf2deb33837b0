import { type Clock, isAppError, type Log } from '@tributary/core';
import type { Delivery, Handle, Outcome, Publish } from '@tributary/messaging';
import { z } from 'zod';
import type { HandlingContext, WorkerDefinition } from './define-worker.ts';
import { failureOutcome } from './failure-outcome.ts';
import { matchContract } from './match-contract.ts';

export interface Surroundings {
  readonly dependencies: object;
  readonly publish: Publish;
  readonly clock: Clock;
  readonly log: Log;
}

/** Makes the broker's handle of a worker: checks the message against its contract, runs the worker, decides by the error. */
export function handleDelivery(definition: WorkerDefinition, { dependencies, ...shared }: Surroundings): Handle {
  return async (delivery, signal) => {
    const log = shared.log.child({ messageId: delivery.messageId, type: delivery.type, ...uploadIdOf(delivery.body) });
    const parsed = parseMessage(definition, delivery);
    if ('problem' in parsed) {
      log.error({ problem: parsed.problem }, 'dead-lettered: not a message this worker understands');
      return { deadLetter: { reason: parsed.problem } };
    }
    const { messageId, attempt, type: messageType } = delivery;
    const context: HandlingContext = { ...shared, log, signal, attempt, messageId, messageType };
    const given = { ...dependencies, ...context };
    const startedAt = shared.clock.now().getTime();
    try {
      await definition.handle(parsed.message, given);
      log.info({ ms: shared.clock.now().getTime() - startedAt, attempt }, 'handled');
      return { ack: true };
    } catch (error) {
      const outcome = failureOutcome(error, delivery);
      if (signal.aborted) log.info('handed back');
      else {
        logFailure(log, error, outcome, delivery);
        await tellDelay(definition, parsed.message, outcome, delivery, given);
      }
      return outcome;
    }
  };
}

function parseMessage(definition: WorkerDefinition, { type, body }: Delivery) {
  const contract = matchContract(definition, type);
  if (contract === undefined) return { problem: `${definition.name} does not consume messages of type ${type}.` };
  const result = contract.body.safeParse(body);
  if (!result.success) return { problem: `The body is not a ${contract.type}: ${z.prettifyError(result.error)}` };
  const isOne = 'type' in definition.consumes;
  // The definition's own types were inferred from the contract that has just parsed the body.
  const message = (isOne ? result.data : { type: contract.type, body: result.data }) as never;
  return { message };
}

function logFailure(log: Log, error: unknown, outcome: Outcome, { attempt, waits }: Delivery) {
  if ('deadLetter' in outcome) log.error({ err: error, attempt }, 'dead-lettered');
  else if (isAppError(error, 'UNAVAILABLE')) log.warn({ reason: error.message, waits, ...outcome }, 'waiting');
  else log.error({ err: error, attempt, ...outcome }, 'failed, will be tried again');
}

async function tellDelay(
  definition: WorkerDefinition,
  message: never,
  outcome: Outcome,
  { lastReason }: Delivery,
  given: HandlingContext,
) {
  if (!('retryInMs' in outcome) || outcome.countsAsAttempt || definition.delayed === undefined) return;
  const reason = outcome.reason ?? '';
  if (reason === lastReason) return;
  try {
    await definition.delayed(message, { reason, retryInMs: outcome.retryInMs }, given);
  } catch (error) {
    given.log.warn({ err: error }, 'could not tell that the message waits');
  }
}

const uploadIdOf = (body: unknown) =>
  typeof body === 'object' && body !== null && 'uploadId' in body ? { uploadId: body.uploadId } : {};
