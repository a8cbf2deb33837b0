import { pem, port, urlOf } from '@tributary/core';
import { shutdownConfig } from '@tributary/http';
import { metricsConfig } from '@tributary/metrics';
import { z } from 'zod';
import { normaliseEmail, passwordLength } from './account-rules.ts';
import { permission } from './accounts.ts';

const settings = z.object({
  ...shutdownConfig,
  ...metricsConfig,
  HOST: z.string().default('127.0.0.1'),
  PORT: port,
  TRIBUTARY_INSTANCE: z.string().regex(/^[a-z][a-z0-9_]{0,40}$/, 'must be lower case letters, digits and _'),
  USERS_DATABASE_URL: urlOf('mysql', 'mariadb'),
  REDIS_URL: urlOf('redis', 'rediss'),
  RABBITMQ_URL: urlOf('amqp', 'amqps'),
  ACCESS_TOKEN_PRIVATE_KEY: pem,
  ACCESS_TOKEN_ISSUER: z.string().default('tributary'),
  INTERNAL_TOKEN_PUBLIC_KEY: pem,
  NEW_USER_PERMISSIONS: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    )
    .pipe(z.array(permission)),
  EMAIL_CONFIRMATION: z.enum(['required', 'off']).default('required'),
  ADMIN_EMAIL: z.string().transform(normaliseEmail).pipe(z.email()).optional(),
  ADMIN_PASSWORD: z.string().min(passwordLength.min).max(passwordLength.max).optional(),
});

type Setting = keyof z.output<typeof settings>;

/** True unless `other` is set and `name` is not; asked whatever else is wrong, so that all problems are told at once. */
const requiresToo = (name: Setting, other: Setting) =>
  z.refine<Partial<Record<Setting, unknown>>>((env) => env[other] === undefined || env[name] !== undefined, {
    path: [name],
    when: () => true,
  });

/** The settings of this subgraph; README.md explains each. */
export const config = settings.check(
  requiresToo('ADMIN_PASSWORD', 'ADMIN_EMAIL'),
  requiresToo('ADMIN_EMAIL', 'ADMIN_PASSWORD'),
);
