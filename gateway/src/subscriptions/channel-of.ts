import { unauthenticated } from '@tributary/core';
import type { Viewer } from '../auth/caller.ts';
import { codedError } from '../graph/coded-error.ts';
import type { EventLog } from '../supergraph/event-logs.ts';

/**
 * The channel of a log's signals: the arguments' values stand for their names in it, and the subscriber's id for {viewer}.
 * UNAUTHENTICATED where that is nobody's.
 */
export function channelOf(
  { channel }: EventLog,
  { given, viewer }: { given: Record<string, unknown>; viewer: Viewer | null },
): string {
  return channel.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (name !== 'viewer') return String(given[name]);
    if (!viewer) throw codedError(unauthenticated('This subscription needs an access token'));
    return viewer.sub;
  });
}
