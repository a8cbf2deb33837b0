import { badConfig } from '@tributary/core';
import { type GraphQLSchema, getNamedType, isObjectType } from 'graphql';
import type { EventLog } from './event-logs.ts';

/** Throws BAD_CONFIG for an @eventLog whose source leads nowhere, or to no list that takes `after` and `first`. */
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
