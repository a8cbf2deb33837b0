import { z } from 'zod';
import { pem, port, secret, urlOf, wholeNumber } from './config.ts';

/** Settings that several deployables declare; the descriptions are those of docs/configuration.md. */
export const settings = {
  host: z.string().default('127.0.0.1').describe('Address to listen on.'),
  port: port.describe('Port to listen on; 0 for any free one.'),
  instance: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}$/, 'must be lower case letters, digits and _')
    .describe('Prefix of every name on a shared server: databases, vhost, Redis keys.'),
  redisUrl: urlOf('redis', 'rediss').describe('Redis server: `redis://host:6379/0`.'),
  rabbitmqUrl: urlOf('amqp', 'amqps').describe('RabbitMQ vhost: `amqp://user:password@host:5672/vhost`.'),
  databaseUrl: (name: string) =>
    urlOf('mysql', 'mariadb').describe(
      `The ${name} database: \`mysql://user:password@host:3306/name\`, or with \`?socketPath=/path\`.`,
    ),
  fileStoreUrl: urlOf('file', 'mongodb', 'mongodb+srv').describe(
    'Where files are stored: `file:///folder`, or `mongodb://…/name` for GridFS.',
  ),
  publicUrl: urlOf('http', 'https')
    .describe('Address of the gateway for clients, for download URLs and links in mails.')
    .meta({ example: 'https://tributary.example.com' }),
  downloadUrlSecret: secret.describe('At least 32 characters; signs download URLs.'),
  internalTokenPublicKey: pem.describe('Public half of `INTERNAL_TOKEN_PRIVATE_KEY` (PEM).'),
  logLevel: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`.'),
  shutdownTimeoutMs: wholeNumber(100, 3_600_000)
    .default(25_000)
    .describe(
      'After SIGTERM, maximum time to finish the work in flight before the process exits with 1. A worker requeues the rest 5 s before.',
    ),
  accessTokenIssuer: z.string().default('tributary').describe('Issuer in access tokens; the gateway accepts no other.'),
  maxUploadBytes: wholeNumber(1, Number.MAX_SAFE_INTEGER)
    .default(2 ** 30)
    .describe('Maximum size of a file, in bytes.'),
};
