/** The delays that have a retry queue, in milliseconds: a fixed, small number of queues per worker. */
export const retryDelaysMs = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000] as const;

const longestMs = 60_000;

/**
 * The queue for a delay: the one with the smallest step that is not below it. RabbitMQ expires messages only at the head of a
 * queue, so a message can wait behind one with a longer delay: it comes after its own delay at the earliest and after the
 * step at the latest.
 */
export function retryStepMs(delayMs: number): number {
  return retryDelaysMs.find((step) => step >= delayMs) ?? longestMs;
}

/** The delay as it is kept: a whole number of milliseconds from 0 to 60 s. */
export function boundedDelayMs(delayMs: number): number {
  return Math.min(longestMs, Math.max(0, Math.round(delayMs)));
}

export const retryQueueName = (queue: string, stepMs: number) => `${queue}.retry.${stepMs / 1000}s`;

export const deadLetterQueueName = (queue: string) => `${queue}.dead`;
