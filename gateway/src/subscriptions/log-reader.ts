import { unavailable } from '@tributary/core';
import { type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import { z } from 'zod';
import type { EventLog } from '../graph/event-logs.ts';
import type { LogQuery } from './log-query.ts';

const pageSize = 100;

/** Runs a query with the subscriber's current permissions. */
export type RunQuery = (
  query: string,
  variables: Record<string, unknown>,
  signal: AbortSignal,
) => Promise<FormattedExecutionResult>;

/**
 * Reads pages of a log. If one event's error nulls the whole page, the page is read again event by event, so that only
 * the faulty event is delivered as an error. Throws UNAVAILABLE if a subgraph is, otherwise the log's own error.
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
    const unavailableError = answer.errors?.find((error) => error.extensions?.code === 'UNAVAILABLE');
    if (unavailableError) throw unavailable(unavailableError.message);
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
  if (!first) return new GraphQLError('Not found.', { extensions: { code: 'NOT_FOUND', reason: 'ADDRESS_NOT_FOUND' } });
  return new GraphQLError(first.message, { extensions: { ...first.extensions } });
}

/** The result for a subscriber of one event, and its cursor. */
export interface LogEvent {
  cursor: number;
  result: FormattedExecutionResult;
}

/** The events after a cursor, at most one page of them. */
export interface EventPage {
  events: LogEvent[];
  /** More events may follow at once. */
  isFull: boolean;
  /** The cursor of the last event if the log has ended; otherwise null. */
  endCursor: number | null;
}

/**
 * Reads the page after a cursor. Throws UNAVAILABLE if it should be called again later, anything else to end the
 * stream.
 */
export type ReadPage = (after: number, signal: AbortSignal) => Promise<EventPage>;

/**
 * The page in a log query's response, or null if there is no list: an error of the log itself, or one in an event that
 * nulled the whole list. Errors inside an event stay with that event, their paths as the subscriber sees them.
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
