import { unavailable } from '@tributary/core';
import { type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { EventLog } from '../supergraph/event-logs.ts';
import type { EventPage, LogEvent, ReadPage } from './event-page.ts';
import type { LogQuery } from './log-query.ts';
import { pageOfAnswer } from './page-of-answer.ts';
import { relocateError } from './relocate-error.ts';

const pageSize = 100;

/** Runs a query with the subscriber's rights as they are now. */
export type RunQuery = (
  query: string,
  variables: Record<string, unknown>,
  signal: AbortSignal,
) => Promise<FormattedExecutionResult>;

/**
 * Reads pages of a log. Where an event's error took the whole page with it, the page is read again event by event, so
 * that only the faulty one is delivered as an error. Throws UNAVAILABLE when a subgraph is, the log's own error otherwise.
 */
export function createReadLog(options: {
  run: RunQuery;
  query: LogQuery;
  variables: Record<string, unknown>;
  log: EventLog;
  responseKey: string;
}): ReadPage {
  const { query, responseKey, log } = options;

  async function ask(text: string, after: number, first: number, signal: AbortSignal) {
    const variables = { ...options.variables, [query.names.after]: after, [query.names.first]: first };
    const answer = await options.run(text, variables, signal);
    const away = answer.errors?.find((error) => error.extensions?.code === 'UNAVAILABLE');
    if (away) throw unavailable(away.message);
    return { answer, page: pageOfAnswer(answer, { log, names: query.names, responseKey, first }) };
  }

  async function readOne(after: number, cursor: number, signal: AbortSignal): Promise<LogEvent> {
    const { answer, page } = await ask(query.full, after, 1, signal);
    const event = page?.events[0];
    if (event) return event;
    const errors = (answer.errors ?? []).map((error) => relocateError(error, [responseKey], log.source.length + 1));
    return { cursor, result: { data: null, errors } };
  }

  return async (after, signal): Promise<EventPage> => {
    const { answer, page } = await ask(query.full, after, pageSize, signal);
    if (page) return page;
    const bare = await ask(query.bare, after, pageSize, signal);
    if (!bare.page) throw logError(bare.answer.errors ?? answer.errors);
    const events: LogEvent[] = [];
    let previous = after;
    for (const { cursor } of bare.page.events) {
      events.push(await readOne(previous, cursor, signal));
      previous = cursor;
    }
    return { ...bare.page, events };
  };
}

function logError(errors: readonly GraphQLFormattedError[] = []) {
  const [first] = errors;
  if (!first) return new GraphQLError('There is nothing to follow', { extensions: { code: 'NOT_FOUND' } });
  return new GraphQLError(first.message, { extensions: { ...first.extensions } });
}
