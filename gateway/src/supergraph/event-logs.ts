import { parse, visit } from 'graphql';
import { z } from 'zod';
import { directiveArguments } from './directive-arguments.ts';

const eventLog = z.object({
  /** The fields from Query to the list of events. */
  source: z.string().transform((path) => path.split('.')),
  cursor: z.string(),
  /** Null where the log has no end. */
  end: z.string().nullable().default(null),
  endValues: z.array(z.string()).default([]),
  channel: z.string(),
});

/** How a subscription field is answered from a log, as its @eventLog directive says. */
export type EventLog = z.output<typeof eventLog>;

/** The @eventLog of each field of the subscription type. */
export function readEventLogs(sdl: string): Map<string, EventLog> {
  const logs = new Map<string, EventLog>();
  visit(parse(sdl), {
    FieldDefinition: ({ name, directives = [] }) => {
      const directive = directives.find((each) => each.name.value === 'eventLog');
      if (directive) logs.set(name.value, eventLog.parse(directiveArguments(directive)));
    },
  });
  return logs;
}
