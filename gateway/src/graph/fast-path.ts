import { createHash } from 'node:crypto';
import type { ApolloGateway, executeQueryPlan } from '@apollo/gateway';
import { createLruMemo } from '@tributary/concurrency';
import { getOperationAST } from 'graphql';
import { compileResponseMatcher } from '../graphql/response-matcher.ts';
import type { PlanCache } from '../metrics/caches.ts';
import type { OperationContext } from './operation-context.ts';
import type { DataSource } from './subgraph/data-source.ts';

type Executor = Awaited<ReturnType<ApolloGateway['load']>>['executor'];
type QueryPlan = Parameters<typeof executeQueryPlan>[0];
type FetchNode = Extract<QueryPlan['node'], { kind: 'Fetch' }>;

const operationsKept = 1_000;

/**
 * Fast path: if the cached plan is a single fetch and the response matches the selection exactly, returns it unchanged.
 * Otherwise the executor gets the prefetched response in place of a request of its own, so that errors, nulls and
 * mismatches are handled as usual and nothing is fetched twice.
 */
export function createFastPath(
  execute: Executor,
  { plans, sources }: { plans: PlanCache<QueryPlan>; sources: ReadonlyMap<string, DataSource> },
): Executor {
  const operationOf = createLruMemo<ReturnType<typeof read>>({ maxEntries: operationsKept });

  return async (request) => {
    const { queryHash } = request;
    // The executor's type does not declare the context of its server.
    const context = request.context as OperationContext;
    const key = `${queryHash} ${request.request.operationName ?? ''}`;
    const { fits, planKey } = operationOf(key, () => read(request));
    const fetch = fits && onlyFetch(await plans.peek(planKey));
    const source = fetch && sources.get(fetch.serviceName);
    if (!fits || !source) return execute(request);

    const received = source.ask({ query: fetch.operation, operationName: fetch.operationName }, context);
    const answer = await received.catch(() => null);
    if (!answer || answer.errors || !fits(answer.data)) {
      return execute({ ...request, context: { ...context, received } });
    }
    plans.used();
    return { data: answer.data ?? null };
  };
}

function read({ schema, document, queryHash, request: { operationName } }: Parameters<Executor>[0]) {
  const operation = getOperationAST(document, operationName);
  // The plan's name in @apollo/gateway.
  const planKey = operationName
    ? createHash('sha256').update(queryHash).update(operationName).digest('hex')
    : queryHash;
  return { fits: operation && compileResponseMatcher(schema, operation), planKey };
}

function onlyFetch(plan: QueryPlan | undefined): FetchNode | null {
  const node = plan?.node;
  if (node?.kind !== 'Fetch') return null;
  const { requires, inputRewrites, outputRewrites, contextRewrites, variableUsages = [] } = node;
  return requires || inputRewrites || outputRewrites || contextRewrites || variableUsages.length > 0 ? null : node;
}
