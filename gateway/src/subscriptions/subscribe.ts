import { createHash } from 'node:crypto';
import { type Clock, unavailable } from '@tributary/core';
import { type Headers, inSpan } from '@tributary/tracing';
import type { FormattedExecutionResult, GraphQLSchema } from 'graphql';
import { z } from 'zod';
import type { Caller } from '../auth/caller.ts';
import type { CurrentGraph } from '../graph/current-graph.ts';
import type { Measures } from '../metrics/create-measures.ts';
import type { RequestContext } from '../request-context.ts';
import { createChannelLine } from './channel-line.ts';
import { channelOf } from './channel-of.ts';
import { followLog } from './follow-log.ts';
import { planAgain, planSubscription, type SubscribeOperation, type SubscriptionPlan } from './plan-subscription.ts';
import { createReadLog, type RunQuery } from './read-log.ts';
import { createReadSharing, type SharableRead } from './share-reads.ts';
import type { OnSignal, Signals } from './signals.ts';
import { traceStream } from './trace-stream.ts';

interface Subscription extends SubscribeOperation {
  /** The subscriber as of now: called before every read, it throws once the token is expired or revoked. */
  context: (signal: AbortSignal) => Promise<RequestContext>;
  /** Headers that may name the trace it is part of. */
  from?: Headers | undefined;
}

/** Answers subscriptions that are valid by the schema given from event logs. Throws BAD_USER_INPUT for what is wrong. */
export type Subscribe = (
  subscription: Subscription,
  validBy: GraphQLSchema,
) => AsyncIterableIterator<FormattedExecutionResult>;

/**
 * Subscriptions outlive the graph they began on: each read is one of the graph of now, for which the subscription is planned
 * again when it is another one. One that does not fit the new graph ends, saying so; of the others no event is lost or told twice.
 */
export function createSubscribe(options: {
  graphs: CurrentGraph;
  signals: Pick<Signals, 'subscribe'>;
  clock: Clock;
  measures: Pick<Measures, 'subscriptions'>;
}): Subscribe {
  const { graphs, clock } = options;
  const { subscriptions } = options.measures;
  const share = createReadSharing({ clock, measures: subscriptions });
  return ({ context, from, ...subscription }, validBy) => {
    const reader = share();
    const first = graphs.now();
    let plan = first.schema === validBy ? planSubscription(subscription, first) : planAgain(subscription, first);

    let hear: OnSignal = () => {};
    let cause: string | null = null;
    const line = createChannelLine(options.signals, (saidAt, traceparent) => {
      cause = traceparent ?? null;
      hear(saidAt);
    });

    /** What one read needs: the subscriber as of now, and what others must have alike to be told the same. */
    async function prepare(signal: AbortSignal): Promise<SharableRead> {
      const caller = await context(signal);
      const graph = graphs.now();
      if (plan.graph !== graph) plan = planAgain(subscription, graph);
      const { log, query, responseKey, used, given, admit } = plan;
      await admit(caller);
      const channel = channelOf(log, { given, viewer: caller.viewer });
      await line.moveTo(channel);
      const read = createReadLog({ run: runOn(graphs, plan, caller), query, log, responseKey, variables: used });
      return { key: digest([graph.version, caller.viewer, channel, log, responseKey, query, used]), read };
    }

    const events = followLog({
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

/** Runs queries on the graph they were planned for, which stays open meanwhile. Throws UNAVAILABLE where it was replaced since. */
function runOn(graphs: CurrentGraph, plan: SubscriptionPlan, caller: Caller & { requestId: string }): RunQuery {
  return async (query, variables, signal) => {
    const { graph, leave } = graphs.enter();
    try {
      if (graph !== plan.graph) throw unavailable('The graph was replaced just now');
      const contextValue = { ...caller, signal };
      const { body } = await inSpan('read log', {}, () =>
        graph.server.executeOperation({ query, variables }, { contextValue }),
      );
      if (body.kind !== 'single') throw new Error('A log query was answered in parts');
      return body.singleResult;
    } finally {
      leave();
    }
  };
}

const digest = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('base64');
