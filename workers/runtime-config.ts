import { port, urlOf } from '@tributary/core';
import { metricsConfig } from '@tributary/metrics';
import { z } from 'zod';

/** What every worker's process needs, whatever it does. */
export const runtimeConfig = z.object({
  ...metricsConfig,
  RABBITMQ_URL: urlOf('amqp', 'amqps'),
  HEALTH_HOST: z.string().default('127.0.0.1'),
  HEALTH_PORT: port.default(0),
  SHUTDOWN_TIMEOUT_MS: z.coerce.number().int().min(1_000).default(25_000),
});
