import type { Clock } from '@tributary/core';
import type { MeasuredSubscriptions } from '../metrics/measure-subscriptions.ts';
import type { EventPage, ReadPage } from './event-page.ts';
import { createReadGroup, type Member, type ReadGroup } from './read-group.ts';
import type { OnSignal } from './signals.ts';

/** A read on behalf of one subscriber: what it may share it with, and how it is done. */
export interface SharableRead {
  /** Equal for subscribers that must be told the same: same log, selection, variables, viewer and permissions. */
  key: string;
  read: ReadPage;
}

/** One subscriber's part in what is read together. */
export interface SharedReader {
  /** Hears of news for this subscriber: what was read before is no longer new enough for it, or any equal one. */
  listen(onSignal: OnSignal): OnSignal;
  /**
   * The page after a cursor, read once for all equal subscribers that want it at the time. `prepare` is asked each time and
   * by each for itself, so that one whose rights are gone ends alone. Aborting leaves the others their read.
   */
  read(after: number, signal: AbortSignal, prepare: () => Promise<SharableRead>): Promise<EventPage>;
}

/**
 * Lets equal subscribers read their log together: each event costs one query however many wait for it. Only reads are
 * shared. Every subscriber keeps its own cursor and takes pages at its own pace; one that is behind, by coming late or by
 * reading slowly, reads by itself until it has caught up. Held for them is no more than the last page of each group.
 */
export function createReadSharing({
  clock,
  measures,
}: {
  clock: Clock;
  measures?: Pick<MeasuredSubscriptions, 'read' | 'served'>;
}): () => SharedReader {
  const groups = new Map<string, ReadGroup>();
  let ticks = 0;
  const tick = () => ++ticks;

  function groupOf(key: string): ReadGroup {
    const known = groups.get(key);
    if (known) return known;
    const group = createReadGroup({ clock, tick, onRead: measures?.read, onEmpty: () => void groups.delete(key) });
    groups.set(key, group);
    return group;
  }

  return () => {
    const member: Member = { known: 0, isReading: false, wake: () => undefined, giveUp: () => undefined };
    let joined: { key: string; group: ReadGroup } | null = null;

    function leave() {
      joined?.group.leave(member);
      joined = null;
      member.giveUp();
    }

    function join(key: string, signal: AbortSignal): ReadGroup {
      if (joined?.key === key) return joined.group;
      if (joined) joined.group.leave(member);
      else signal.addEventListener('abort', leave, { once: true });
      const group = groupOf(key);
      group.join(member);
      joined = { key, group };
      return group;
    }

    return {
      listen(onSignal) {
        member.wake = onSignal;
        return (saidAt) => {
          member.known = tick();
          joined?.group.heard(member.known);
          onSignal(saidAt);
        };
      },
      async read(after, signal, prepare) {
        member.isReading = true;
        try {
          const { key, read } = await prepare();
          if (signal.aborted) return { events: [], isFull: false, endCursor: null };
          const page = await join(key, signal).read(member, after, read);
          measures?.served();
          return page;
        } finally {
          member.isReading = false;
        }
      },
    };
  };
}
