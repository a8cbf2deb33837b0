import { port, settings } from '@tributary/core';
import { metricsConfig } from '@tributary/metrics';
import { z } from 'zod';

/** What every worker's process needs, whatever it does. */
export const runtimeConfig = z.object({
  ...metricsConfig,
  RABBITMQ_URL: settings.rabbitmqUrl,
  HEALTH_HOST: z.string().default('127.0.0.1').describe('Address of `/health/live` and `/health/ready` of a worker.'),
  HEALTH_PORT: port.default(0).describe('Port of the health endpoints; 0 for any free one.'),
  SHUTDOWN_TIMEOUT_MS: settings.shutdownTimeoutMs,
});
