import { createHash } from 'node:crypto';
import { type Clock, invalidInput, unavailable } from '@tributary/core';
import { type Headers, inSpan } from '@tributary/tracing';
import {
  type DocumentNode,
  type FieldNode,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql';
import { z } from 'zod';
import type { Caller } from '../admission/caller.ts';
import type { EventLog } from '../graph/event-logs.ts';
import type { GraphManager } from '../graph/graph-manager.ts';
import type { OpenGraph } from '../graph/open-graph.ts';
import type { OperationContext } from '../graph/operation-context.ts';
import { getRootField } from '../graphql/ast.ts';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import { streamEventLog, traceStream } from './event-stream.ts';
import { buildLogQuery, type LogQuery } from './log-query.ts';
import { createReadLog, type RunQuery } from './log-reader.ts';
import { createReadSharing, type SharableRead } from './read-coalescer.ts';
import { createChannelSubscription, type OnSignal, type SignalSubscriber, toChannel } from './signals.ts';

interface Subscription extends SubscribeOperation {
  /** The current subscriber: called before every read, it throws once the token has expired or was revoked. */
  context: (signal: AbortSignal) => Promise<OperationContext>;
  /** Headers that may carry the trace context. */
  from?: Headers | undefined;
}

/**
 * Serves subscriptions that are valid in the given schema from event logs. Throws BAD_USER_INPUT for invalid arguments.
 */
export type Subscribe = (
  subscription: Subscription,
  validBy: GraphQLSchema,
) => AsyncIterableIterator<FormattedExecutionResult>;

/**
 * Subscriptions outlive the graph they started on: each read runs on the current graph, and the subscription is planned
 * again for a new one. A subscription that does not fit the new graph ends with an error; the others miss no event and
 * get none twice.
 */
export function createSubscribe(options: {
  graphs: GraphManager;
  signals: Pick<SignalSubscriber, 'subscribe'>;
  clock: Clock;
  measures: Pick<GatewayMetrics, 'subscriptions'>;
}): Subscribe {
  const { graphs, clock } = options;
  const { subscriptions } = options.measures;
  const share = createReadSharing({ clock, measures: subscriptions });
  return ({ context, from, ...subscription }, validBy) => {
    const reader = share();
    const first = graphs.current();
    let plan = first.schema === validBy ? planSubscription(subscription, first) : replan(subscription, first);

    let hear: OnSignal = () => {};
    let cause: string | null = null;
    const line = createChannelSubscription(options.signals, (saidAt, traceparent) => {
      cause = traceparent ?? null;
      hear(saidAt);
    });

    /**
     * The inputs of one read: the current subscriber, and everything that must be equal for subscribers to share it.
     */
    async function prepare(signal: AbortSignal): Promise<SharableRead> {
      const caller = await context(signal);
      const graph = graphs.current();
      if (plan.graph !== graph) plan = replan(subscription, graph);
      const { log, query, responseKey, used, given, admit } = plan;
      await admit(caller);
      const channel = toChannel(log, { given, viewer: caller.viewer });
      await line.switchTo(channel);
      const read = createReadLog({ run: runOn(graphs, plan, caller), query, log, responseKey, variables: used });
      return { key: digest([graph.version, caller.viewer, channel, log, responseKey, query, used]), read };
    }

    const events = streamEventLog({
      read: (after, signal) => reader.read(after, signal, () => prepare(signal)),
      async subscribe(onSignal) {
        hear = reader.listen(onSignal);
        return line.end;
      },
      after: z.int().nullish().parse(plan.given.after) ?? 0,
      clock,
      lagged: subscriptions.lagged,
    });
    return traceStream(
      { field: plan.field, operationName: subscription.operationName, from, cause: () => cause },
      events,
    );
  };
}

/**
 * Runs queries on the graph they were planned for, which stays open meanwhile. Throws UNAVAILABLE if it was replaced.
 */
function runOn(graphs: GraphManager, plan: SubscriptionPlan, caller: Caller & { requestId: string }): RunQuery {
  return async (query, variables, signal) => {
    const { graph, release } = graphs.acquire();
    try {
      if (graph !== plan.graph) throw unavailable('The graph was replaced just now');
      const contextValue = { ...caller, signal };
      const { body } = await inSpan('read log', {}, () =>
        graph.server.executeOperation({ query, variables }, { contextValue }),
      );
      if (body.kind !== 'single') throw new Error('A log query was answered in parts');
      return body.singleResult;
    } finally {
      release();
    }
  };
}

const digest = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('base64');

/** A subscription as its client sent it. */
export interface SubscribeOperation {
  document: DocumentNode;
  operationName: string | undefined;
  variables: Record<string, unknown>;
}

/** How one graph serves a subscription. */
export interface SubscriptionPlan {
  graph: OpenGraph;
  /** The subscription field. */
  field: string;
  log: EventLog;
  query: LogQuery;
  responseKey: string;
  /** The arguments of the subscription field, coerced by the schema. */
  given: Record<string, unknown>;
  /** The subscriber's variables that the log's queries use. */
  used: Record<string, unknown>;
  /** Throws if the caller may not have the field. */
  admit(caller: Caller): Promise<void>;
}

/** Plans a subscription whose document is valid in the graph. Throws BAD_USER_INPUT for invalid arguments. */
function planSubscription(
  { document, operationName, variables }: SubscribeOperation,
  graph: OpenGraph,
): SubscriptionPlan {
  const { schema } = graph;
  const operation = getOperationAST(document, operationName);
  const field = operation ? getRootField(operation.selectionSet, document) : null;
  const definition = field ? schema.getSubscriptionType()?.getFields()[field.name.value] : undefined;
  const log = field ? graph.eventLogs.get(field.name.value) : undefined;
  if (!operation || !field || !definition) {
    throw invalidInput('A subscription must select one field, unconditionally', { reason: 'SUBSCRIPTION_INVALID' });
  }
  if (!log) {
    throw invalidInput(`The subscription "${field.name.value}" names no event log`, { reason: 'SUBSCRIPTION_INVALID' });
  }
  const query = buildLogQuery({ schema, document, operation, field, log });
  return {
    graph,
    field: field.name.value,
    log,
    query,
    responseKey: field.alias?.value ?? field.name.value,
    given: readArguments(schema, operation, definition, field, variables),
    used: Object.fromEntries(query.uses.map((name) => [name, variables[name]])),
    admit: graph.authorization?.admission({ schema, document, operation }) ?? (async () => undefined),
  };
}

/** Plans a running subscription again for a new graph. Throws GRAPHQL_VALIDATION_FAILED if it does not fit. */
function replan(subscription: SubscribeOperation, graph: OpenGraph): SubscriptionPlan {
  const [error] = graph.documents.findErrors(subscription.document);
  if (!error) return planSubscription(subscription, graph);
  const message = `The graph has changed, and this subscription does not fit it any more: ${error.message}`;
  throw new GraphQLError(message, { extensions: { ...error.extensions } });
}

function readArguments(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  definition: GraphQLField<unknown, unknown>,
  field: FieldNode,
  variables: Record<string, unknown>,
) {
  try {
    const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
    if (!coerced) throw errors?.[0];
    return getArgumentValues(definition, field, coerced);
  } catch (cause) {
    throw cause instanceof GraphQLError ? invalidInput(cause.message, { cause }) : cause;
  }
}
