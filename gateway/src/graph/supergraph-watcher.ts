import { readFile, stat } from 'node:fs/promises';
import { badConfig, type Clock, type Log } from '@tributary/core';
import { createGraphManager, type GraphManager } from './graph-manager.ts';
import type { OpenGraph } from './open-graph.ts';

export interface SupergraphWatcher {
  graphs: GraphManager;
  /** Reads the file again now. Never rejects: an unusable file is logged, and the current graph stays. */
  reload(): Promise<void>;
  /** Ends the watching, not the graphs. */
  stop(): Promise<void>;
}

/**
 * Opens the graph of a supergraph file and checks the file every `pollMs` (0: never). A change is read once the file
 * was the same at two checks, so that a file being written is not read half. The check follows links, such as those of
 * a Kubernetes volume, whose changes cause no event. Throws BAD_CONFIG.
 */
export async function watchSupergraph(options: {
  path: string;
  pollMs: number;
  open: (sdl: string) => Promise<OpenGraph>;
  clock: Clock;
  log: Log;
}): Promise<SupergraphWatcher> {
  const { path, pollMs, clock, log } = options;
  const stopping = new AbortController();
  let read = await getFileVersion(path);
  const first = await load().catch((cause: unknown) => {
    throw badConfig(`The supergraph ${path} cannot be served. ${reasonOf(cause)}`, { cause });
  });
  let served = first.sdl;
  const graphs = createGraphManager(first.graph, log);
  let working = Promise.resolve();

  async function load() {
    const sdl = await readFile(path, 'utf8');
    return { sdl, graph: await options.open(sdl) };
  }

  async function replace(isAsked: boolean) {
    read = await getFileVersion(path);
    try {
      const sdl = await readFile(path, 'utf8');
      if (sdl === served) {
        if (isAsked) log.info({ supergraph: path }, 'supergraph unchanged');
        return;
      }
      const graph = await options.open(sdl);
      if (stopping.signal.aborted) return await graph.close();
      served = sdl;
      graphs.replace(graph);
      const { version, subgraphs } = graph;
      log.info({ supergraph: path, version, subgraphs: [...subgraphs.keys()] }, 'supergraph replaced');
    } catch (error) {
      log.error({ supergraph: path, reason: reasonOf(error) }, 'supergraph refused, previous one kept');
    }
  }

  function reload(isAsked = true) {
    working = working.then(() => replace(isAsked));
    return working;
  }

  async function watch() {
    let before = read;
    while (!stopping.signal.aborted) {
      await clock.sleep(pollMs, stopping.signal).catch(() => undefined);
      const stamp = await getFileVersion(path);
      if (stamp !== read && stamp === before && !stopping.signal.aborted) await reload(false);
      before = stamp;
    }
  }

  const watching = pollMs > 0 ? watch() : undefined;
  return {
    graphs,
    reload: () => reload(),
    async stop() {
      stopping.abort();
      await watching;
      await working;
    },
  };
}

/** Differs after each change of the file that the path leads to; empty if there is none. */
async function getFileVersion(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch {
    return '';
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
