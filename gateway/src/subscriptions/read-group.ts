import type { Clock } from '@tributary/core';
import type { EventPage, ReadPage } from './event-page.ts';

/** So long a page may serve those who ask for it again: as long as a log may go unread without a signal. */
const keptMs = 5_000;

/** A subscriber of a group. */
export interface Member {
  /** Only what was read after this tick can tell it something new. */
  known: number;
  isReading: boolean;
  /** Makes it read when it waits. */
  wake(): void;
  /** Ends its waiting for a read. */
  giveUp(): void;
}

/** One read of the log, shared by all who come while it lasts, and after it where its page covers their cursor. */
interface Flight {
  after: number;
  begun: number;
  begunAt: number;
  result: Promise<EventPage>;
  page: EventPage | null;
  readers: number;
  abort: AbortController;
}

export type ReadGroup = ReturnType<typeof createReadGroup>;

/** The reads of equal subscribers. A read is shared only by those whose last news came before it began. */
export function createReadGroup({
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
  const members = new Set<Member>();
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
    // Whoever was not told of these by a signal learns of them here, so that it is enough when one looks every few seconds.
    for (const member of members) if (!member.isReading && member.known < flight.begun) member.wake();
  }

  function isOf({ begun, begunAt }: Flight, member: Member): boolean {
    return begun > Math.max(member.known, news) && clock.now().getTime() - begunAt < keptMs;
  }

  function find(member: Member, after: number): Flight | undefined {
    if (last && isOf(last, member) && covers(last, after)) return last;
    return [...running].find(
      (flight) => flight.after === after && !flight.abort.signal.aborted && isOf(flight, member),
    );
  }

  return {
    join: (member: Member) => void members.add(member),
    leave(member: Member) {
      members.delete(member);
      if (members.size === 0) onEmpty();
      if (members.size < 2) last = null;
    },
    /** A member was signalled at this tick. */
    heard(at: number) {
      news = at;
    },
    async read(member: Member, after: number, read: ReadPage): Promise<EventPage> {
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

/** Whether a page tells all that there was after the cursor: it lies among the events of the page, and there is one to give. */
function covers({ after, page }: Flight, cursor: number): boolean {
  const end = page?.events.at(-1)?.cursor ?? after;
  return cursor >= after && (page?.isFull ? cursor < end : cursor <= end);
}

function untilGivenUp(member: Member, result: Promise<EventPage>): Promise<EventPage> {
  return new Promise((resolve, reject) => {
    member.giveUp = () => resolve({ events: [], isFull: false, endCursor: null });
    result.then(resolve, reject);
  });
}
