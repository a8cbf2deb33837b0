import { settings } from '@tributary/core';
import { shutdownConfig } from '@tributary/http';
import { metricsConfig } from '@tributary/metrics';
import { z } from 'zod';

/** The environment of the employees subgraph. */
export const config = z.object({
  ...shutdownConfig,
  ...metricsConfig,
  HOST: settings.host,
  PORT: settings.port,
  TRIBUTARY_INSTANCE: settings.instance,
  EMPLOYMENT_DATABASE_URL: settings.databaseUrl('employment'),
  REDIS_URL: settings.redisUrl,
  PUBLIC_URL: settings.publicUrl,
  DOWNLOAD_URL_SECRET: settings.downloadUrlSecret,
  INTERNAL_TOKEN_PUBLIC_KEY: settings.internalTokenPublicKey,
});
