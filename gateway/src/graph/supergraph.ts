import { createHash } from 'node:crypto';
import { badConfig } from '@tributary/core';
import { parse, print, visit } from 'graphql';
import { z } from 'zod';
import { directiveArguments, readSecurityFeatures, withoutSecurityMarks } from '../graphql/directives.ts';
import { type AccessRules, readAccessRules } from './access-rules.ts';
import { type EventLog, readEventLogs } from './event-logs.ts';

export interface Supergraph {
  /** Differs between texts. */
  version: string;
  /** The form that @apollo/gateway can load. */
  sdl: string;
  /** By the subgraph's name as the supergraph spells it. */
  subgraphUrls: Map<string, string>;
  /** By the name of the subscription field. */
  eventLogs: Map<string, EventLog>;
  /** The access requirements of types and fields. */
  accessRules: AccessRules;
}

/** Reads the text of a supergraph; overrides are by upper-case name. Throws BAD_CONFIG with the reason. */
export function readSupergraph(sdl: string, overrides: Map<string, string>): Supergraph {
  try {
    const document = parse(sdl);
    return {
      version: createHash('sha256').update(sdl).digest('hex').slice(0, 12),
      // @apollo/gateway does not know @authenticated and the like and refuses to load what is marked for security; the
      // rules read here are enforced in front of it. The file keeps the mark, so that other routers can serve it and
      // enforce it themselves.
      sdl: print(withoutSecurityMarks(document)),
      subgraphUrls: readSubgraphUrls(sdl, overrides),
      eventLogs: readEventLogs(sdl),
      accessRules: readAccessRules(document, readSecurityFeatures(document)),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw badConfig(`It cannot be read: ${reason}`, { cause: error });
  }
}

const joinGraph = z.object({ name: z.string(), url: z.string() });

/**
 * Every subgraph of the supergraph with its URL, or the override: `my-name` is overridden by `MY_NAME`. Throws for a
 * URL that is not HTTP.
 */
function readSubgraphUrls(sdl: string, overrides: Map<string, string>): Map<string, string> {
  const urls = new Map<string, string>();
  visit(parse(sdl), {
    EnumValueDefinition: ({ directives = [] }) => {
      for (const directive of directives.filter(({ name }) => name.value === 'join__graph')) {
        const { name, url } = joinGraph.parse(directiveArguments(directive));
        const used = overrides.get(name.toUpperCase().replaceAll('-', '_')) ?? url;
        if (!URL.canParse(used) || !/^https?:$/.test(new URL(used).protocol)) {
          throw new Error(`the URL "${used}" of the subgraph "${name}" must begin with http: or https:`);
        }
        urls.set(name, used);
      }
    },
  });
  return urls;
}
