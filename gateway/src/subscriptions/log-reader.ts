import { unavailable } from '@tributary/core';
import { type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import { z } from 'zod';
import type { EventLog } from '../graph/event-logs.ts';
import type { LogQuery } from './log-query.ts';

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
    return { answer, page: toEventPage(answer, { log, names: query.names, responseKey, first }) };
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

/** What one event tells a subscriber, and its place in the log. */
export interface LogEvent {
  cursor: number;
  result: FormattedExecutionResult;
}

/** The events after a cursor, at most one page of them. */
export interface EventPage {
  events: LogEvent[];
  /** More events may follow at once. */
  isFull: boolean;
  /** The log has ended, and this is the cursor of its last event; null while it goes on. */
  endCursor: number | null;
}

/** Reads the page after a cursor. Throws UNAVAILABLE to be asked again later, anything else to end the stream with it. */
export type ReadPage = (after: number, signal: AbortSignal) => Promise<EventPage>;

/**
 * The page that a log query's answer holds, or null when there is no list to read: an error of the log itself, or one in
 * an event that took the whole list with it. Errors inside an event go with that event, their paths as the subscriber sees them.
 */
function toEventPage(
  answer: FormattedExecutionResult,
  options: { log: EventLog; names: LogQuery['names']; responseKey: string; first: number },
): EventPage | null {
  const { log, names, responseKey, first } = options;
  const owner = z
    .record(z.string(), z.unknown())
    .nullish()
    .parse(at(answer.data, log.source.slice(0, -1)));
  const list = z
    .array(z.record(z.string(), z.unknown()))
    .nullish()
    .parse(owner?.[log.source.at(-1) ?? '']);
  if (!owner || !list) return null;

  const events = list.map((item, index): LogEvent => {
    const { [names.cursor]: cursor, ...event } = item;
    const place = [...log.source, index];
    const errors = (answer.errors ?? []).filter(({ path }) => place.every((step, depth) => path?.[depth] === step));
    const shown = errors.map((error) => relocateError(error, [responseKey], place.length));
    const data = { [responseKey]: event };
    return { cursor: z.int().parse(cursor), result: shown.length > 0 ? { data, errors: shown } : { data } };
  });
  const ended = log.end !== null && log.endValues.includes(String(owner[names.end]));
  return { events, isFull: events.length >= first, endCursor: ended ? z.int().parse(owner[names.cursor]) : null };
}

function at(value: unknown, path: string[]): unknown {
  return path.reduce<unknown>((parent, key) => {
    const parsed = z.record(z.string(), z.unknown()).safeParse(parent);
    return parsed.success ? parsed.data[key] : undefined;
  }, value);
}

/** The error with the first `dropped` steps of its path replaced. */
function relocateError(error: GraphQLFormattedError, path: string[], dropped: number): GraphQLFormattedError {
  const { locations: _ofTheLogQuery, ...rest } = error;
  return { ...rest, path: [...path, ...(error.path ?? []).slice(dropped)] };
}
