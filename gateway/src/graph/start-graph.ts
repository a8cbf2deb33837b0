import { ApolloGateway, type executeQueryPlan } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import { badConfig, type Log } from '@tributary/core';
import type { DocumentNode, GraphQLError, GraphQLSchema } from 'graphql';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import { countErrors, createFormatError, requireOperation, requireValid, statusByMediaType } from './apollo-plugins.ts';
import type { Authorization } from './authorization/authorization.ts';
import { createFastPath } from './fast-path.ts';
import type { OperationContext } from './operation-context.ts';
import type { Subgraph } from './subgraph/client.ts';
import { createDataSource, type DataSource } from './subgraph/data-source.ts';

type QueryPlan = Parameters<typeof executeQueryPlan>[0];

/**
 * Headers that a browser cannot send across origins without a preflight; one of them is required where CSRF is
 * possible.
 */
export const csrfHeaders = ['apollo-require-preflight', 'x-apollo-operation-name', 'authorization'];

/**
 * Starts the federated graph of a supergraph and returns the API schema and the number of cached plans; `server.stop()`
 * ends it. Throws BAD_CONFIG.
 */
export async function startGraph(options: {
  supergraphSdl: string;
  subgraphs: Map<string, Subgraph>;
  isProduction: boolean;
  log: Log;
  measures: GatewayMetrics;
  /** The errors of a document; cached, so that a known document costs nothing. */
  findErrors: (document: DocumentNode) => readonly GraphQLError[];
  /** Wraps the gateway to change requests and responses. */
  wrap?: Authorization['wrap'];
}): Promise<{ server: ApolloServer<OperationContext>; schema: GraphQLSchema; planCount: () => number }> {
  const { log, isProduction, subgraphs, measures } = options;
  // Otherwise @apollo/gateway sends usage reports to Apollo from the moment it is constructed.
  process.env.APOLLO_TELEMETRY_DISABLED = 'true';
  const plans = measures.caches.planCache<QueryPlan>();
  const sources = new Map<string, DataSource>();
  const planned = new ApolloGateway({
    supergraphSdl: options.supergraphSdl,
    logger: log,
    __exposeQueryPlanExperimental: false,
    queryPlannerConfig: { cache: plans },
    buildService({ name }) {
      const subgraph = subgraphs.get(name);
      if (!subgraph) throw new Error(`The supergraph has no URL for "${name}"`);
      const source = createDataSource(subgraph, measures);
      sources.set(name, source);
      return source;
    },
  });
  const gateway: Pick<ApolloGateway, 'load' | 'onSchemaLoadOrUpdate' | 'stop'> = {
    onSchemaLoadOrUpdate: (callback) => planned.onSchemaLoadOrUpdate(callback),
    async load(loading) {
      const loaded = await planned.load(loading);
      return { ...loaded, executor: createFastPath(loaded.executor, { plans, sources }) };
    },
    stop: () => planned.stop(),
  };
  let schema: GraphQLSchema | undefined;
  planned.onSchemaLoadOrUpdate(({ apiSchema }) => {
    schema = apiSchema;
  });
  const server = new ApolloServer<OperationContext>({
    gateway: options.wrap?.(gateway) ?? gateway,
    logger: log,
    // `requireValid` validates documents, in linear time.
    dangerouslyDisableValidation: true,
    introspection: !isProduction,
    // Hashes are resolved before a request arrives here.
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: { requestHeaders: csrfHeaders },
    formatError: createFormatError({ log, isProduction }),
    plugins: [
      requireValid(options.findErrors),
      requireOperation,
      statusByMediaType,
      countErrors(measures),
      measures.caches.documents,
      isProduction
        ? ApolloServerPluginLandingPageDisabled()
        : ApolloServerPluginLandingPageLocalDefault({ embed: { runTelemetry: false } }),
    ],
  });
  try {
    await server.start();
  } catch (cause) {
    throw badConfig(`@apollo/gateway cannot load it: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  if (!schema) throw new Error('@apollo/gateway gave no schema');
  return { server, schema, planCount: plans.count };
}
