import { createHash } from 'node:crypto';
import type { ApolloServer } from '@apollo/server';
import { type Clock, invalidInput } from '@tributary/core';
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
import type { Authorization } from '../authorization/create-authorization.ts';
import type { Measures } from '../metrics/create-measures.ts';
import type { RequestContext } from '../request-context.ts';
import type { EventLog } from '../supergraph/event-logs.ts';
import { channelOf } from './channel-of.ts';
import { followLog } from './follow-log.ts';
import { buildLogQuery } from './log-query.ts';
import { createReadLog } from './read-log.ts';
import { rootField } from './root-field.ts';
import { createReadSharing, type SharableRead } from './share-reads.ts';
import type { Signals } from './signals.ts';
import { traceStream } from './trace-stream.ts';

export interface Subscription {
  document: DocumentNode;
  operationName: string | undefined;
  variables: Record<string, unknown>;
  /** The subscriber as of now: called before every read, it throws once the token is expired or revoked. */
  context: (signal: AbortSignal) => Promise<RequestContext>;
  /** Headers that may name the trace it is part of. */
  from?: Headers | undefined;
}

/** Answers validated subscription operations from event logs. Throws BAD_USER_INPUT for what is wrong. */
export function createSubscribe(options: {
  server: ApolloServer<RequestContext>;
  schema: () => GraphQLSchema;
  eventLogs: Map<string, EventLog>;
  signals: Pick<Signals, 'subscribe'>;
  clock: Clock;
  measures: Pick<Measures, 'subscriptions'>;
  /** Null where everyone may have everything. */
  authorization: Pick<Authorization, 'admission'> | null;
}): (subscription: Subscription) => AsyncIterableIterator<FormattedExecutionResult> {
  const { subscriptions } = options.measures;
  const share = createReadSharing({ clock: options.clock, measures: subscriptions });
  return ({ document, operationName, variables, context, from }) => {
    const schema = options.schema();
    const operation = getOperationAST(document, operationName);
    const field = operation ? rootField(operation.selectionSet, document) : null;
    const definition = field ? schema.getSubscriptionType()?.getFields()[field.name.value] : undefined;
    const log = field ? options.eventLogs.get(field.name.value) : undefined;
    if (!operation || !field || !definition)
      throw invalidInput('A subscription must select one field, unconditionally');
    if (!log) throw invalidInput(`The subscription "${field.name.value}" names no event log`);

    const given = readArguments(schema, operation, definition, field, variables);
    const admit = options.authorization?.admission({ schema, document, operation });
    const query = buildLogQuery({ schema, document, operation, field, log });
    const used = Object.fromEntries(query.uses.map((name) => [name, variables[name]]));
    const responseKey = field.alias?.value ?? field.name.value;
    const reader = share();
    let channel = '';
    let cause: string | null = null;

    /** What one read needs: the subscriber as of now, and what others must have alike to be told the same. */
    const prepare = async (signal: AbortSignal): Promise<SharableRead> => {
      const caller = await context(signal);
      await admit?.(caller);
      const read = createReadLog({
        async run(text, values, until) {
          const contextValue = { ...caller, signal: until };
          const request = { query: text, variables: values };
          const response = await inSpan('read log', {}, () =>
            options.server.executeOperation(request, { contextValue }),
          );
          if (response.body.kind !== 'single') throw new Error('A log query was answered in parts');
          return response.body.singleResult;
        },
        ...{ query, log, responseKey, variables: used },
      });
      return { key: digest([caller.viewer, channel, log, responseKey, query, used]), read };
    };

    const events = followLog({
      read: (after, signal) => reader.read(after, signal, () => prepare(signal)),
      async subscribe(onSignal) {
        channel = await channelOf(log, {
          given,
          viewer: async () => (await context(new AbortController().signal)).viewer,
        });
        const heard = reader.listen(onSignal);
        return options.signals.subscribe(channel, (saidAt, traceparent) => {
          cause = traceparent ?? null;
          heard(saidAt);
        });
      },
      after: z.int().nullish().parse(given.after) ?? 0,
      clock: options.clock,
      lagged: subscriptions.lagged,
    });
    return traceStream({ field: field.name.value, operationName, from, cause: () => cause }, events);
  };
}

const digest = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('base64');

/** The arguments as the schema understands them. Throws BAD_USER_INPUT for a variable or argument of no use. */
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
