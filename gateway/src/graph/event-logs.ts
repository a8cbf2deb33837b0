import { badConfig } from '@tributary/core';
import { type GraphQLSchema, getNamedType, isObjectType, parse, visit } from 'graphql';
import { z } from 'zod';
import { directiveArguments } from '../graphql/directives.ts';

const eventLog = z.object({
  /** The fields from Query to the list of events. */
  source: z.string().transform((path) => path.split('.')),
  cursor: z.string(),
  /** Null if the log has no end. */
  end: z.string().nullable().default(null),
  endValues: z.array(z.string()).default([]),
  channel: z.string(),
});

/** How a subscription field is served from a log, as its @eventLog directive says. */
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

/** Throws BAD_CONFIG for an @eventLog whose source does not exist, or is not a list that takes `after` and `first`. */
export function checkEventLogs(schema: GraphQLSchema, eventLogs: ReadonlyMap<string, EventLog>): void {
  for (const [name, { source }] of eventLogs) {
    const log = `@eventLog of "${name}", source "${source.join('.')}"`;
    let type: unknown = schema.getQueryType();
    let takes: string[] = [];
    for (const step of source) {
      const field = isObjectType(type) ? type.getFields()[step] : undefined;
      if (!field) throw badConfig(`${log}: there is no field "${step}"`);
      type = getNamedType(field.type);
      takes = field.args.map((argument) => argument.name);
    }
    const missing = ['after', 'first'].find((argument) => !takes.includes(argument));
    if (missing) throw badConfig(`${log}: its last field must take "${missing}"`);
  }
}
