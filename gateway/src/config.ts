import { pem, port, readConfig, urlOf, wholeNumber } from '@tributary/core';
import { shutdownConfig, timeoutConfig } from '@tributary/http';
import { metricsConfig } from '@tributary/metrics';
import { z } from 'zod';
import { passThroughRoutes } from './door/pass-through-routes.ts';
import { networks } from './limits/client-address.ts';
import { fieldRates, rateOrOff } from './limits/rates.ts';

const subgraphUrlPrefix = 'SUBGRAPH_URL_';

const originsOf = (alsoAll: boolean) =>
  z.string().transform((text, context) => {
    const entries = text.split(',').map((entry) => entry.trim());
    return entries.filter(Boolean).map((entry) => {
      const isOrigin = (alsoAll && entry === '*') || (URL.canParse(entry) && new URL(entry).origin === entry);
      if (!isOrigin) context.addIssue({ code: 'custom', message: `"${entry}" must look like https://app.example.com` });
      return entry;
    });
  });

/**
 * Every variable but the SUBGRAPH_URL_<NAME>; docs/configuration.md explains each.
 *
 * @public `npm start` reads from it what to pass on
 */
export const config = z
  .looseObject({
    ...shutdownConfig,
    ...metricsConfig,
    ...timeoutConfig,
    NODE_ENV: z.string().default('development'),
    HOST: z.string().default('127.0.0.1'),
    PORT: port.default(4000),
    TRIBUTARY_INSTANCE: z.string().default('tributary'),
    SUPERGRAPH_PATH: z.string().optional(),
    SUPERGRAPH_POLL_MS: wholeNumber(0, 3_600_000).default(1_000),
    AUTH: z.enum(['on', 'off']).default('on'),
    JWKS_URL: urlOf('http', 'https').default('http://127.0.0.1:4001/.well-known/jwks.json'),
    REVOCATIONS_URL: urlOf('http', 'https').optional(),
    ACCESS_TOKEN_ISSUER: z.string().default('tributary'),
    INTERNAL_TOKEN_PRIVATE_KEY: pem.optional(),
    REDIS_URL: urlOf('redis', 'rediss').optional(),
    PASS_THROUGH: z.string().default('').pipe(passThroughRoutes),
    MAX_UPLOAD_BYTES: wholeNumber(1, Number.MAX_SAFE_INTEGER).default(2 ** 30),
    MAX_UPLOAD_FILES: wholeNumber(1, 100).default(1),
    MAX_BODY_BYTES: wholeNumber(1_000, 100_000_000).default(1_000_000),
    MAX_DEPTH: wholeNumber(1, 1_000).default(15),
    MAX_ROOT_FIELDS: wholeNumber(1, 10_000).default(20),
    MAX_ALIASES: wholeNumber(0, 10_000).default(30),
    MAX_DIRECTIVES: wholeNumber(0, 10_000).default(50),
    MAX_TOKENS: wholeNumber(10, 1_000_000).default(2_000),
    MAX_DOCUMENT_BYTES: wholeNumber(100, 100_000_000).default(100_000),
    MAX_MERGED_FIELDS: wholeNumber(100, 100_000_000).default(20_000),
    MAX_COST: wholeNumber(1, 1_000_000_000).default(10_000),
    ASSUMED_LIST_SIZE: wholeNumber(0, 1_000_000).default(10),
    WEBSOCKET_PING_MS: wholeNumber(100, 3_600_000).default(12_000),
    WEBSOCKET_ORIGINS: z.string().default('').pipe(originsOf(false)),
    CORS_ORIGINS: z.string().default('').pipe(originsOf(true)),
    TRUSTED_PROXIES: z.string().default('').pipe(networks),
    TRUST_TRACEPARENT: z.enum(['on', 'off']).default('off'),
    SUBGRAPH_TIMEOUT_MS: wholeNumber(1, 600_000).default(5_000),
    SUBGRAPH_MUTATION_TIMEOUT_MS: wholeNumber(1, 600_000).default(30_000),
    OPERATION_TIMEOUT_MS: wholeNumber(1, 3_600_000).default(60_000),
    RATE_LIMIT_PER_VIEWER: rateOrOff.optional(),
    RATE_LIMIT_PER_ADDRESS: rateOrOff.optional(),
    RATE_LIMITED_FIELDS: z.string().default('').pipe(fieldRates),
    MAX_TCP_CONNECTIONS: wholeNumber(1, 1_000_000).default(20_000),
    MAX_TCP_CONNECTIONS_PER_ADDRESS: wholeNumber(1, 1_000_000).optional(),
    MAX_CONNECTIONS: wholeNumber(0, 1_000_000).default(10_000),
    MAX_CONNECTIONS_PER_VIEWER: wholeNumber(0, 1_000_000).optional(),
    MAX_SUBGRAPH_RESPONSE_BYTES: wholeNumber(1_000, 1_000_000_000).default(20_000_000),
    MAX_RESPONSE_BYTES_IN_FLIGHT: wholeNumber(1_000, 100_000_000_000).default(256_000_000),
    MAX_SUBSCRIPTIONS: wholeNumber(0, 1_000_000).default(10_000),
    MAX_SUBSCRIPTIONS_PER_VIEWER: wholeNumber(0, 1_000_000).optional(),
    MAX_IN_FLIGHT: wholeNumber(1, 1_000_000).default(2_000),
    MAX_IN_FLIGHT_PER_ADDRESS: wholeNumber(1, 1_000_000).optional(),
    MAX_EVENT_LOOP_LAG_MS: wholeNumber(1, 600_000).default(2_000),
    APQ: z.enum(['on', 'off']).default('on'),
    APQ_TTL_SECONDS: wholeNumber(1, 31_536_000).default(86_400),
    APQ_MAX_DOCUMENTS: wholeNumber(1, 10_000_000).default(10_000),
    APQ_BYTES_PER_CLIENT: rateOrOff.optional(),
    APQ_MAX_BYTES: wholeNumber(1, 100_000_000).default(50_000),
    SAFELIST: z.enum(['off', 'warn', 'enforce']).default('off'),
    OPERATIONS_FILE: z.string().optional(),
  })
  .superRefine((env, context) => {
    const problem = (name: string, message: string) => context.addIssue({ code: 'custom', path: [name], message });
    if (env.AUTH === 'off') {
      if (env.NODE_ENV === 'production') problem('AUTH', 'cannot be off in production');
    } else {
      if (env.INTERNAL_TOKEN_PRIVATE_KEY === undefined) problem('INTERNAL_TOKEN_PRIVATE_KEY', 'must be set');
      if (env.REDIS_URL === undefined) problem('REDIS_URL', 'must be set');
    }
    for (const [name, value] of Object.entries(env)) {
      if (name.startsWith(subgraphUrlPrefix) && !URL.canParse(String(value))) problem(name, 'must be a URL');
    }
  });

/** The gateway's settings; SUBGRAPH_URL_<NAME> variables become `subgraphUrls`, by upper-case name. Throws BAD_CONFIG. */
export function readGatewayConfig(env?: Record<string, string | undefined>) {
  const settings = readConfig(config, env);
  const subgraphUrls = Object.entries(settings)
    .filter(([name]) => name.startsWith(subgraphUrlPrefix))
    .map(([name, url]): [string, string] => [name.slice(subgraphUrlPrefix.length), String(url)]);
  return { ...settings, subgraphUrls: new Map(subgraphUrls) };
}

export type GatewayConfig = ReturnType<typeof readGatewayConfig>;
