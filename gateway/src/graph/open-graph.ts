import type { ApolloServer } from '@apollo/server';
import { badConfig, type Log } from '@tributary/core';
import { type GraphQLSchema, parse } from 'graphql';
import type { SignInternal } from '../admission/internal-tokens.ts';
import { checkFieldRates } from '../admission/rate-limits.ts';
import type { GatewayConfig } from '../config.ts';
import { readCostRules } from '../graphql/cost-rules.ts';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import { type Authorization, createAuthorization } from './authorization/authorization.ts';
import type { PolicyEvaluator } from './authorization/requirements.ts';
import { createDocuments, type Documents } from './documents.ts';
import { checkEventLogs, type EventLog } from './event-logs.ts';
import type { OperationContext } from './operation-context.ts';
import { startGraph } from './start-graph.ts';
import { createSubgraph, type Subgraph } from './subgraph/client.ts';
import { createResponseBudget } from './subgraph/response-budget.ts';
import { readSupergraph } from './supergraph.ts';

/** Everything derived from one supergraph, so that all of it is replaced together. */
export interface OpenGraph {
  /** Differs between supergraphs. */
  version: string;
  server: ApolloServer<OperationContext>;
  /** The API schema. */
  schema: GraphQLSchema;
  documents: Documents;
  subgraphs: ReadonlyMap<string, Subgraph>;
  /** By the name of the subscription field. */
  eventLogs: ReadonlyMap<string, EventLog>;
  /** Null if the supergraph restricts nothing. */
  authorization: Authorization | null;
  /** The number of cached query plans. */
  planCount(): number;
  close(): Promise<void>;
}

/** Opens the graph of a supergraph. Throws BAD_CONFIG with the reason, and then leaves nothing open. */
export async function openGraph(
  sdl: string,
  options: {
    config: GatewayConfig;
    sign: SignInternal | null;
    meetPolicies: PolicyEvaluator;
    measures: GatewayMetrics;
    log: Log;
  },
): Promise<OpenGraph> {
  const { config, sign, measures, log } = options;
  const isProduction = config.NODE_ENV === 'production';
  const supergraph = readSupergraph(sdl, config.subgraphUrls);
  const responses = createResponseBudget({
    maxBytes: config.MAX_SUBGRAPH_RESPONSE_BYTES,
    maxBytesInFlight: config.MAX_RESPONSE_BYTES_IN_FLIGHT,
  });
  const subgraphs = new Map(
    [...supergraph.subgraphUrls].map(([name, url]) => [
      name,
      createSubgraph({
        responses,
        ...{ name, url, sign },
        timeoutMs: config.SUBGRAPH_TIMEOUT_MS,
        mutationTimeoutMs: config.SUBGRAPH_MUTATION_TIMEOUT_MS,
      }),
    ]),
  );
  for (const { subgraph } of config.PASS_THROUGH) {
    if (!subgraphs.has(subgraph)) throw badConfig(`PASS_THROUGH: the supergraph has no subgraph "${subgraph}"`);
  }
  const costRules = readCostRules(parse(supergraph.sdl));
  const authorization =
    config.AUTH === 'off' ? null : createAuthorization({ ...options, rules: supergraph.accessRules });
  const wrap = authorization ? { wrap: authorization.wrap } : {};
  let documents: Documents | undefined;
  const { server, schema, planCount } = await startGraph({
    supergraphSdl: supergraph.sdl,
    subgraphs,
    isProduction,
    findErrors: (document) => documents?.findErrors(document) ?? [],
    measures,
    log,
    ...wrap,
  });
  const { eventLogs, version } = supergraph;
  try {
    checkEventLogs(schema, eventLogs);
    checkFieldRates(schema, config.RATE_LIMITED_FIELDS);
  } catch (error) {
    await server.stop();
    throw error;
  }
  documents = createDocuments({ schema, limits: documentLimits(config), costRules, isProduction });

  async function close() {
    await server.stop();
    for (const { agent, freshAgent } of subgraphs.values()) {
      agent.destroy();
      freshAgent.destroy();
    }
  }
  return { version, server, schema, documents, subgraphs, eventLogs, authorization, planCount, close };
}

function documentLimits(config: GatewayConfig) {
  return {
    maxDocumentBytes: config.MAX_DOCUMENT_BYTES,
    maxDepth: config.MAX_DEPTH,
    maxRootFields: config.MAX_ROOT_FIELDS,
    maxAliases: config.MAX_ALIASES,
    maxDirectives: config.MAX_DIRECTIVES,
    maxTokens: config.MAX_TOKENS,
    maxMergedFields: config.MAX_MERGED_FIELDS,
    maxCost: config.MAX_COST,
    assumedListSize: config.ASSUMED_LIST_SIZE,
  };
}
