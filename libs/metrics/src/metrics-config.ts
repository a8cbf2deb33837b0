import { port } from '@tributary/core';

/** What every process reads from its environment about its metrics; without a port they are not served. */
export const metricsConfig = {
  METRICS_PORT: port.optional(),
};
