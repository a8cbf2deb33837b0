import type { UploadEvent, UploadsDb } from '@tributary/uploads-db';
import DataLoader from 'dataloader';
import { readTogether } from './read-together.ts';

/** A part of one upload's log: at most `first` events after the cursor `after`. */
export interface LogPart {
  readonly uploadId: string;
  readonly after: number;
  readonly first: number;
}

export type ReadEvents = ReturnType<typeof createEventReads>;

/** Reads parts of logs, all that are asked for at a time by whichever requests, each in the order of its cursors: those from the same place in one statement. */
export function createEventReads({ client }: UploadsDb) {
  return readTogether<LogPart, UploadEvent[]>(async (parts) => {
    const places = new Map(parts.map((part) => [placeOf(part), part]));
    const events = new Map<string, UploadEvent[]>();
    const readFrom = async ([place, { after, first }]: [string, LogPart]) => {
      const ids = parts.filter((part) => placeOf(part) === place).map(({ uploadId }) => uploadId);
      // Cursors have no holes, so the last one wanted is known beforehand.
      const where = { uploadId: { in: [...new Set(ids)] }, cursor: { gt: after, lte: after + first } };
      for (const event of await client.uploadEvent.findMany({ where, orderBy: { cursor: 'asc' } })) {
        const key = `${event.uploadId} ${place}`;
        const known = events.get(key);
        if (known) known.push(event);
        else events.set(key, [event]);
      }
    };
    await Promise.all([...places].map(readFrom));
    return parts.map((part) => events.get(keyOf(part)) ?? []);
  });
}

/** The parts of logs of one request, each read once. */
export const createEventLoader = (read: ReadEvents) =>
  new DataLoader<LogPart, UploadEvent[], string>(read, { cacheKeyFn: keyOf });

const placeOf = ({ after, first }: LogPart) => `${after} ${first}`;
const keyOf = (part: LogPart) => `${part.uploadId} ${placeOf(part)}`;
