import { pem, readConfig, settings, urlOf, wholeNumber } from '@tributary/core';
import { shutdownConfig, timeoutConfig } from '@tributary/http';
import { metricsConfig } from '@tributary/metrics';
import { z } from 'zod';
import { networks } from './admission/client-address.ts';
import { limitSettings } from './limit-settings.ts';
import { passThroughRoutes } from './pass-through-routes.ts';

const subgraphUrlPrefix = 'SUBGRAPH_URL_';

const requiredWithAuth = { isRequired: true, defaultText: 'required unless `AUTH` is `off`' };

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
 * Every variable except SUBGRAPH_URL_<NAME>; the descriptions are those of docs/configuration.md.
 *
 * @public `npm start` reads from it what to pass on
 */
export const config = z
  .looseObject({
    ...shutdownConfig,
    ...metricsConfig,
    ...timeoutConfig,
    ...limitSettings,
    NODE_ENV: z
      .string()
      .default('development')
      .describe('`production` refuses settings that are meant for development.'),
    HOST: settings.host,
    PORT: settings.port.default(4000),
    TRIBUTARY_INSTANCE: settings.instance.default('tributary'),
    SUPERGRAPH_PATH: z
      .string()
      .optional()
      .describe('The composed supergraph; a changed file is served without a restart.')
      .meta({ defaultText: '`gateway/supergraph.graphql`' }),
    SUPERGRAPH_POLL_MS: wholeNumber(0, 3_600_000)
      .default(1_000)
      .describe('How often the supergraph file is checked for changes; 0: only on SIGHUP.'),
    AUTH: z
      .enum(['on', 'off'])
      .default('on')
      .describe('`off` accepts requests without tokens; refused when `NODE_ENV` is `production`.'),
    JWKS_URL: urlOf('http', 'https')
      .default('http://127.0.0.1:4001/.well-known/jwks.json')
      .describe('Where the users subgraph publishes its keys.'),
    REVOCATIONS_URL: urlOf('http', 'https')
      .optional()
      .describe('Where the users subgraph lists the revoked access tokens, for the time after Redis lost its data.')
      .meta({ defaultText: '`/internal/revocations` beside `JWKS_URL`' }),
    ACCESS_TOKEN_ISSUER: settings.accessTokenIssuer,
    INTERNAL_TOKEN_PRIVATE_KEY: pem
      .optional()
      .describe("ES256 key (PEM); signs the viewer's identity for subgraphs.")
      .meta(requiredWithAuth),
    REDIS_URL: settings.redisUrl.optional().meta(requiredWithAuth),
    PASS_THROUGH: z
      .string()
      .default('')
      .pipe(passThroughRoutes)
      .describe('Comma-separated list of `/path=subgraph`: requests below the path go to that subgraph unchanged.'),
    MAX_UPLOAD_BYTES: settings.maxUploadBytes,
    WEBSOCKET_PING_MS: wholeNumber(100, 3_600_000)
      .default(12_000)
      .describe(
        'Interval of WebSocket pings; a connection is closed if its peer does not answer a ping before the next is due. Many proxies close connections that are idle for 30 to 60 s.',
      ),
    WEBSOCKET_ORIGINS: z
      .string()
      .default('')
      .pipe(originsOf(false))
      .describe(
        "Comma-separated list of origins, such as `https://app.example.com`, whose pages may open a WebSocket; pages of the gateway's own host always may.",
      ),
    CORS_ORIGINS: z
      .string()
      .default('')
      .pipe(originsOf(true))
      .describe(
        'Comma-separated list of origins allowed by CORS, with credentials. `*` allows any origin, without credentials.',
      ),
    TRUSTED_PROXIES: z
      .string()
      .default('')
      .pipe(networks)
      .describe(
        'Comma-separated list of addresses and networks (`10.0.0.0/8`) whose `X-Forwarded-For` is trusted. Behind a proxy it has to be set; otherwise all clients share the rates of one address.',
      ),
    TRUST_TRACEPARENT: z
      .enum(['on', 'off'])
      .default('off')
      .describe("`on`: the client's `traceparent` decides whether its trace is recorded."),
    SUBGRAPH_TIMEOUT_MS: wholeNumber(1, 600_000)
      .default(5_000)
      .describe("Maximum wait of a query for the start of a subgraph's response, and for each further part."),
    SUBGRAPH_MUTATION_TIMEOUT_MS: wholeNumber(1, 600_000)
      .default(30_000)
      .describe('Maximum idle time of the connection of a mutation, an upload or a download.'),
    OPERATION_TIMEOUT_MS: wholeNumber(1, 3_600_000)
      .default(60_000)
      .describe('Maximum time of a query or mutation; the time of an upload starts again while bytes arrive.'),
    APQ: z
      .enum(['on', 'off'])
      .default('on')
      .describe('`off`: operations cannot be registered by their hash (automatic persisted queries).'),
    SAFELIST: z
      .enum(['off', 'warn', 'enforce'])
      .default('off')
      .describe('`warn` logs operations that are not published, `enforce` refuses them.'),
    OPERATIONS_FILE: z
      .string()
      .optional()
      .describe('JSON file of published operations, by the sha256 of each, used instead of those in Redis.'),
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
  const values = readConfig(config, env);
  const subgraphUrls = Object.entries(values)
    .filter(([name]) => name.startsWith(subgraphUrlPrefix))
    .map(([name, url]): [string, string] => [name.slice(subgraphUrlPrefix.length), String(url)]);
  return { ...values, subgraphUrls: new Map(subgraphUrls) };
}

export type GatewayConfig = ReturnType<typeof readGatewayConfig>;
