import { createHash } from 'node:crypto';
import { badConfig } from '@tributary/core';
import { parse, print } from 'graphql';
import { type AccessRules, readAccessRules } from './access-rules.ts';
import { type EventLog, readEventLogs } from './event-logs.ts';
import { readSecurityFeatures, withoutSecurityMarks } from './security-features.ts';
import { readSubgraphUrls } from './subgraph-urls.ts';

export interface Supergraph {
  /** Other for other texts. */
  version: string;
  /** What @apollo/gateway can load. */
  sdl: string;
  /** By subgraph's name as the supergraph spells it. */
  subgraphUrls: Map<string, string>;
  /** By the name of the subscription field. */
  eventLogs: Map<string, EventLog>;
  /** What the caller must be for a type or a field. */
  accessRules: AccessRules;
}

/** Reads the text of a supergraph; overrides are by upper-case name. Throws BAD_CONFIG, saying what is wrong with it. */
export function readSupergraph(sdl: string, overrides: Map<string, string>): Supergraph {
  try {
    const document = parse(sdl);
    return {
      version: createHash('sha256').update(sdl).digest('hex').slice(0, 12),
      // @apollo/gateway knows nothing of @authenticated and the like and refuses what is marked so; they are enforced in front of
      // it by the rules read here. The file keeps the mark, so that other routers can serve it and enforce it themselves.
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
