import { settings } from '@tributary/core';
import { shutdownConfig } from '@tributary/http';
import { metricsConfig } from '@tributary/metrics';
import { z } from 'zod';

/** The environment of the uploads subgraph. */
export const config = z.object({
  ...shutdownConfig,
  ...metricsConfig,
  HOST: settings.host,
  PORT: settings.port,
  TRIBUTARY_INSTANCE: settings.instance,
  UPLOADS_DATABASE_URL: settings.databaseUrl('uploads'),
  RABBITMQ_URL: settings.rabbitmqUrl,
  REDIS_URL: settings.redisUrl,
  FILE_STORE_URL: settings.fileStoreUrl,
  MAX_UPLOAD_BYTES: settings.maxUploadBytes,
  PUBLIC_URL: settings.publicUrl,
  DOWNLOAD_URL_SECRET: settings.downloadUrlSecret,
  INTERNAL_TOKEN_PUBLIC_KEY: settings.internalTokenPublicKey,
});
