import { invalidInput } from '@tributary/core';
import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql';
import type { Caller } from '../auth/caller.ts';
import type { OpenGraph } from '../graph/open-graph.ts';
import type { EventLog } from '../supergraph/event-logs.ts';
import { buildLogQuery, type LogQuery } from './log-query.ts';
import { rootField } from './root-field.ts';

/** A subscription as its client sent it. */
export interface SubscribeOperation {
  document: DocumentNode;
  operationName: string | undefined;
  variables: Record<string, unknown>;
}

/** How one graph answers a subscription. */
export interface SubscriptionPlan {
  graph: OpenGraph;
  /** The subscription field. */
  field: string;
  log: EventLog;
  query: LogQuery;
  responseKey: string;
  /** The arguments of the subscription field, as the schema understands them. */
  given: Record<string, unknown>;
  /** The subscriber's variables that the log's queries use. */
  used: Record<string, unknown>;
  /** Throws where the caller may not have the field. */
  admit(caller: Caller): Promise<void>;
}

/** Plans a subscription whose document is valid in the graph. Throws BAD_USER_INPUT for what is wrong. */
export function planSubscription(
  { document, operationName, variables }: SubscribeOperation,
  graph: OpenGraph,
): SubscriptionPlan {
  const { schema } = graph;
  const operation = getOperationAST(document, operationName);
  const field = operation ? rootField(operation.selectionSet, document) : null;
  const definition = field ? schema.getSubscriptionType()?.getFields()[field.name.value] : undefined;
  const log = field ? graph.eventLogs.get(field.name.value) : undefined;
  if (!operation || !field || !definition) throw invalidInput('A subscription must select one field, unconditionally');
  if (!log) throw invalidInput(`The subscription "${field.name.value}" names no event log`);
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

/** Plans a running subscription again, for a graph that replaced its own. Throws GRAPHQL_VALIDATION_FAILED where it does not fit it. */
export function planAgain(subscription: SubscribeOperation, graph: OpenGraph): SubscriptionPlan {
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
