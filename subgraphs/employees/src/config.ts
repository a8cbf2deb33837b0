import { pem, port, secret, urlOf } from '@tributary/core';
import { shutdownConfig } from '@tributary/http';
import { metricsConfig } from '@tributary/metrics';
import { z } from 'zod';

/** The environment of the employees subgraph. */
export const config = z.object({
  ...shutdownConfig,
  ...metricsConfig,
  HOST: z.string().default('127.0.0.1'),
  PORT: port,
  TRIBUTARY_INSTANCE: z.string().min(1),
  EMPLOYMENT_DATABASE_URL: urlOf('mysql', 'mariadb'),
  REDIS_URL: urlOf('redis', 'rediss'),
  PUBLIC_URL: urlOf('http', 'https'),
  DOWNLOAD_URL_SECRET: secret,
  INTERNAL_TOKEN_PUBLIC_KEY: pem,
});
