import type { Clock } from '@tributary/core';
import type { MeasuredSubscriptions } from '../metrics/subscriptions.ts';
import type { EventPage, ReadPage } from './log-reader.ts';
import type { OnSignal } from './signals.ts';

/** A read for one subscriber: the key of what it may share, and the read itself. */
export interface SharableRead {
  /** Equal for subscribers that get the same results: same log, selection, variables, viewer and permissions. */
  key: string;
  read: ReadPage;
}

/** One subscriber's access to the shared reads. */
export interface SharedReader {
  /** Wraps a signal listener: pages read before the signal become stale for this subscriber and its equals. */
  listen(onSignal: OnSignal): OnSignal;
  /**
   * Returns the page after a cursor, read once for all equal subscribers that want it at the time. `prepare` is called
   * for each subscriber and read, so that one without permissions ends alone. Aborting one leaves the read to the
   * others.
   */
  read(after: number, signal: AbortSignal, prepare: () => Promise<SharableRead>): Promise<EventPage>;
}

/**
 * Lets equal subscribers read their log together: each event costs one query however many subscribers wait for it. Only
 * reads are shared. Every subscriber keeps its own cursor and takes pages at its own pace; one that is behind reads by
 * itself until it has caught up. Only the last page of each group stays in memory.
 */
export function createReadSharing({
  clock,
  measures,
}: {
  clock: Clock;
  measures?: Pick<MeasuredSubscriptions, 'read' | 'served'>;
}): () => SharedReader {
  const groups = new Map<string, ReadCoalescer>();
  let ticks = 0;
  const tick = () => ++ticks;

  function groupOf(key: string): ReadCoalescer {
    const known = groups.get(key);
    if (known) return known;
    const group = createReadCoalescer({ clock, tick, onRead: measures?.read, onEmpty: () => void groups.delete(key) });
    groups.set(key, group);
    return group;
  }

  return () => {
    const member: Subscriber = { known: 0, isReading: false, wake: () => undefined, giveUp: () => undefined };
    let joined: { key: string; group: ReadCoalescer } | null = null;

    function leave() {
      joined?.group.leave(member);
      joined = null;
      member.giveUp();
    }

    function join(key: string, signal: AbortSignal): ReadCoalescer {
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

/** How long a page may be reused: no longer than a log may go unread without a signal. */
const keptMs = 5_000;

/** A subscriber of a group. */
export interface Subscriber {
  /** Only reads that started after this tick are fresh for this subscriber. */
  known: number;
  isReading: boolean;
  /** Makes a waiting subscriber read. */
  wake(): void;
  /** Ends its wait for a read. */
  giveUp(): void;
}

/**
 * One read of the log, shared by subscribers that arrive while it runs, and afterwards by those whose cursor its page
 * covers.
 */
interface Flight {
  after: number;
  begun: number;
  begunAt: number;
  result: Promise<EventPage>;
  page: EventPage | null;
  readers: number;
  abort: AbortController;
}

export type ReadCoalescer = ReturnType<typeof createReadCoalescer>;

/** The reads of equal subscribers. A read is shared only by those whose last signal came before it started. */
function createReadCoalescer({
  clock,
  tick,
  onEmpty,
  onRead,
}: {
  clock: Clock;
  tick(): number;
  onEmpty(): void;
  onRead?: (() => void) | undefined;
}) {
  const members = new Set<Subscriber>();
  const running = new Set<Flight>();
  let last: Flight | null = null;
  let news = 0;

  function begin(after: number, read: ReadPage): Flight {
    onRead?.();
    const abort = new AbortController();
    const begun = { begun: tick(), begunAt: clock.now().getTime() };
    const flight: Flight = { ...begun, after, result: read(after, abort.signal), page: null, readers: 0, abort };
    running.add(flight);
    flight.result.then(
      (page) => land(flight, page),
      () => running.delete(flight),
    );
    return flight;
  }

  function land(flight: Flight, page: EventPage) {
    running.delete(flight);
    if (members.size < 2 || (last && last.begun > flight.begun)) return;
    flight.page = page;
    last = flight;
    if (page.events.length === 0 && page.endCursor === null) return;
    // A subscriber that missed a signal learns of these events here, so that it is enough if one of them polls every
    // few seconds.
    for (const member of members) if (!member.isReading && member.known < flight.begun) member.wake();
  }

  function isOf({ begun, begunAt }: Flight, member: Subscriber): boolean {
    return begun > Math.max(member.known, news) && clock.now().getTime() - begunAt < keptMs;
  }

  function find(member: Subscriber, after: number): Flight | undefined {
    if (last && isOf(last, member) && covers(last, after)) return last;
    return [...running].find(
      (flight) => flight.after === after && !flight.abort.signal.aborted && isOf(flight, member),
    );
  }

  return {
    join: (member: Subscriber) => void members.add(member),
    leave(member: Subscriber) {
      members.delete(member);
      if (members.size === 0) onEmpty();
      if (members.size < 2) last = null;
    },
    /** A subscriber was signalled at this tick. */
    heard(at: number) {
      news = at;
    },
    async read(member: Subscriber, after: number, read: ReadPage): Promise<EventPage> {
      const flight = find(member, after) ?? begin(after, read);
      flight.readers++;
      try {
        const page = await untilGivenUp(member, flight.result);
        return { ...page, events: page.events.filter(({ cursor }) => cursor > after) };
      } finally {
        member.known = Math.max(member.known, flight.begun);
        member.giveUp = () => undefined;
        if (--flight.readers === 0) flight.abort.abort();
      }
    },
  };
}

/** Whether a page is complete for the cursor: it lies among the events of the page, and there is one to deliver. */
function covers({ after, page }: Flight, cursor: number): boolean {
  const end = page?.events.at(-1)?.cursor ?? after;
  return cursor >= after && (page?.isFull ? cursor < end : cursor <= end);
}

function untilGivenUp(member: Subscriber, result: Promise<EventPage>): Promise<EventPage> {
  return new Promise((resolve, reject) => {
    member.giveUp = () => resolve({ events: [], isFull: false, endCursor: null });
    result.then(resolve, reject);
  });
}
