import { readFile } from 'node:fs/promises';
import { badConfig } from '@tributary/core';
import { type EventLog, readEventLogs } from './event-logs.ts';
import { readSubgraphUrls } from './subgraph-urls.ts';

export interface Supergraph {
  /** What @apollo/gateway can load. */
  sdl: string;
  /** By subgraph's name as the supergraph spells it. */
  subgraphUrls: Map<string, string>;
  /** By the name of the subscription field. */
  eventLogs: Map<string, EventLog>;
}

/** Reads a supergraph file; overrides are by upper-case name. Throws BAD_CONFIG when it cannot be read. */
export async function loadSupergraph(path: string | URL, overrides: Map<string, string>): Promise<Supergraph> {
  try {
    const sdl = await readFile(path, 'utf8');
    return {
      // @apollo/gateway refuses a supergraph with @authenticated and the like; subgraphs enforce them from their own SDL.
      // The file keeps the mark, so that other routers can serve it and enforce it themselves.
      sdl: sdl.replaceAll(/,\s*for: SECURITY/g, ''),
      subgraphUrls: readSubgraphUrls(sdl, overrides),
      eventLogs: readEventLogs(sdl),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw badConfig(`The supergraph ${String(path)} cannot be loaded: ${reason}`, { cause: error });
  }
}
