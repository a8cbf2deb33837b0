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

/** Headers a browser cannot send across origins without asking first; one of them is needed where CSRF is possible. */
export const csrfHeaders = ['apollo-require-preflight', 'x-apollo-operation-name', 'authorization'];

/** Starts the federated graph on a supergraph, with the schema clients see and the number of plans it keeps; `server.stop()` ends it. Throws BAD_CONFIG. */
export async function startGraph(options: {
  supergraphSdl: string;
  subgraphs: Map<string, Subgraph>;
  isProduction: boolean;
  log: Log;
  measures: GatewayMetrics;
  /** What is wrong with a document; remembered, so that it costs nothing for one that was checked before. */
  findErrors: (document: DocumentNode) => readonly GraphQLError[];
  /** Puts something in front of the gateway that may change what it is asked and what it answers. */
  wrap?: Authorization['wrap'];
}): Promise<{ server: ApolloServer<OperationContext>; schema: GraphQLSchema; planCount: () => number }> {
  const { log, isProduction, subgraphs, measures } = options;
  // Otherwise @apollo/gateway reports its use to Apollo, from the moment it is constructed.
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
    // Documents are validated by `requireValid`, in linear time.
    dangerouslyDisableValidation: true,
    introspection: !isProduction,
    // Hashes are looked up before a request comes here.
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
