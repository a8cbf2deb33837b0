import { checkAll, invalidArgument } from '@tributary/core';
import { readFirst } from '@tributary/graphql';
import type { UploadEvent, UploadsDb } from '@tributary/uploads-db';
import DataLoader from 'dataloader';
import { createCrossRequestLoader } from './cross-request-loader.ts';

/** A part of one upload's log: at most `first` events after the cursor `after`. */
export interface EventRange {
  readonly uploadId: string;
  readonly after: number;
  readonly first: number;
}

export type ReadEvents = ReturnType<typeof createEventReads>;

/**
 * Reads ranges of event logs for many requests at once, each in the order of its cursors. Equal ranges of several uploads share
 * one statement.
 */
export function createEventReads({ client }: UploadsDb) {
  return createCrossRequestLoader<EventRange, UploadEvent[]>(async (requested) => {
    const ranges = new Map(requested.map((range) => [rangeKey(range), range]));
    const events = new Map<string, UploadEvent[]>();
    const readRange = async ([range, { after, first }]: [string, EventRange]) => {
      const ids = requested.filter((one) => rangeKey(one) === range).map(({ uploadId }) => uploadId);
      // Cursors have no gaps, so the last one is known beforehand.
      const where = { uploadId: { in: [...new Set(ids)] }, cursor: { gt: after, lte: after + first } };
      for (const event of await client.uploadEvent.findMany({ where, orderBy: { cursor: 'asc' } })) {
        const key = `${event.uploadId} ${range}`;
        const earlier = events.get(key);
        if (earlier) earlier.push(event);
        else events.set(key, [event]);
      }
    };
    await Promise.all([...ranges].map(readRange));
    return requested.map((range) => events.get(uploadRangeKey(range)) ?? []);
  });
}

/** The ranges of one request, each read once. */
export const createEventLoader = (read: ReadEvents) =>
  new DataLoader<EventRange, UploadEvent[], string>(read, { cacheKeyFn: uploadRangeKey });

const rangeKey = ({ after, first }: EventRange) => `${after} ${first}`;
const uploadRangeKey = (range: EventRange) => `${range.uploadId} ${rangeKey(range)}`;

const maxCursor = 2 ** 31 - 1;

/** The part of a log that the arguments `after` and `first` ask for; `first` over 1000 or `after` below 0 is BAD_USER_INPUT. */
export function toEventRange(page: {
  first?: number | null | undefined;
  after?: number | null | undefined;
}): Pick<EventRange, 'after' | 'first'> {
  const { first, after } = checkAll({
    first: () => readFirst({ first: page.first }, { max: 1000, defaultFirst: 100 }),
    after: () => readEventCursor(page.after ?? 0),
  });
  return { after, first: Math.min(first, maxCursor - after) };
}

function readEventCursor(after: number): number {
  if (after >= 0) return after;
  throw invalidArgument(['after'], 'ARGUMENT_OUT_OF_RANGE', `\`after\` must be 0 or greater, not ${after}.`);
}

/** At most `first` events of all uploads of an owner after a number, in the order of their numbers. */
export function listOwnerEvents(
  { client }: UploadsDb,
  { ownerId, after, first }: { ownerId: string; after: number; first: number },
): Promise<UploadEvent[]> {
  const where = { ownerId, ownerCursor: { gt: after } };
  return client.uploadEvent.findMany({ where, orderBy: { ownerCursor: 'asc' }, take: first });
}
