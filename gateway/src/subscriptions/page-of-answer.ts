import type { FormattedExecutionResult } from 'graphql';
import { z } from 'zod';
import type { EventLog } from '../supergraph/event-logs.ts';
import type { EventPage, LogEvent } from './event-page.ts';
import type { LogQuery } from './log-query.ts';
import { relocateError } from './relocate-error.ts';

/**
 * The page that a log query's answer holds, or null when there is no list to read: an error of the log itself, or one in
 * an event that took the whole list with it. Errors inside an event go with that event, their paths as the subscriber sees them.
 */
export function pageOfAnswer(
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
