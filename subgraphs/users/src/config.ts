import { pem, settings } from '@tributary/core';
import { shutdownConfig } from '@tributary/http';
import { metricsConfig } from '@tributary/metrics';
import { z } from 'zod';
import { normaliseEmail, passwordLength } from './account-rules.ts';
import { permission } from './accounts.ts';

const schema = z.object({
  ...shutdownConfig,
  ...metricsConfig,
  HOST: settings.host,
  PORT: settings.port,
  TRIBUTARY_INSTANCE: settings.instance,
  USERS_DATABASE_URL: settings.databaseUrl('users'),
  REDIS_URL: settings.redisUrl,
  RABBITMQ_URL: settings.rabbitmqUrl,
  ACCESS_TOKEN_PRIVATE_KEY: pem.describe(
    'ES256 key (PEM, PKCS 8). Of several concatenated keys the first signs and all are published, so keys can be changed without signing anyone out.',
  ),
  ACCESS_TOKEN_ISSUER: settings.accessTokenIssuer,
  INTERNAL_TOKEN_PUBLIC_KEY: settings.internalTokenPublicKey,
  NEW_USER_PERMISSIONS: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    )
    .pipe(z.array(permission))
    .describe('Comma-separated list of the permissions of a new account.'),
  EMAIL_CONFIRMATION: z
    .enum(['required', 'off'])
    .default('required')
    .describe(
      '`required`: a new account gets a confirmation link by mail, and no other mail until the link is opened. `off`: new accounts count as confirmed.',
    ),
  ADMIN_EMAIL: z
    .string()
    .transform(normaliseEmail)
    .pipe(z.email())
    .optional()
    .describe('Account that is created as an administrator at start if it does not exist. Requires `ADMIN_PASSWORD`.'),
  ADMIN_PASSWORD: z
    .string()
    .min(passwordLength.min)
    .max(passwordLength.max)
    .optional()
    .describe('Password of the administrator.')
    .meta({ isSecret: true }),
});

type Setting = keyof z.output<typeof schema>;

/** Requires `name` when `other` is set; checked even if other settings are wrong, so that all problems are reported at once. */
const requiresToo = (name: Setting, other: Setting) =>
  z.refine<Partial<Record<Setting, unknown>>>((env) => env[other] === undefined || env[name] !== undefined, {
    path: [name],
    when: () => true,
  });

/** The environment of the users subgraph. */
export const config = schema.check(
  requiresToo('ADMIN_PASSWORD', 'ADMIN_EMAIL'),
  requiresToo('ADMIN_EMAIL', 'ADMIN_PASSWORD'),
);
