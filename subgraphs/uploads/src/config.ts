import { pem, port, secret, urlOf, wholeNumber } from '@tributary/core';
import { shutdownConfig } from '@tributary/http';
import { metricsConfig } from '@tributary/metrics';
import { z } from 'zod';

/** The environment of the uploads subgraph. */
export const config = z.object({
  ...shutdownConfig,
  ...metricsConfig,
  HOST: z.string().default('127.0.0.1'),
  PORT: port,
  TRIBUTARY_INSTANCE: z.string().min(1),
  UPLOADS_DATABASE_URL: urlOf('mysql', 'mariadb'),
  RABBITMQ_URL: urlOf('amqp', 'amqps'),
  REDIS_URL: urlOf('redis', 'rediss'),
  FILE_STORE_URL: urlOf('file', 'mongodb', 'mongodb+srv'),
  MAX_UPLOAD_BYTES: wholeNumber(1, Number.MAX_SAFE_INTEGER).default(1024 ** 3),
  PUBLIC_URL: urlOf('http', 'https'),
  DOWNLOAD_URL_SECRET: secret,
  INTERNAL_TOKEN_PUBLIC_KEY: pem,
});
