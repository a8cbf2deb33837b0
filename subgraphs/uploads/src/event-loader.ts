import type { UploadEvent, UploadsDb } from '@tributary/uploads-db';
import DataLoader from 'dataloader';

/** A part of one upload's log: at most `first` events after the cursor `after`. */
export interface LogPart {
  readonly uploadId: string;
  readonly after: number;
  readonly first: number;
}

/** Reads parts of logs, all that one request asks for at a time in one statement, each in the order of its cursors. */
export function createEventLoader({ client }: UploadsDb) {
  return new DataLoader<LogPart, UploadEvent[], string>(
    async (parts) => {
      // Cursors have no holes, so the last one wanted is known beforehand.
      const OR = parts.map(({ uploadId, after, first }) => ({ uploadId, cursor: { gt: after, lte: after + first } }));
      const events = await client.uploadEvent.findMany({ where: { OR }, orderBy: { cursor: 'asc' } });
      const byUpload = new Map<string, UploadEvent[]>(parts.map(({ uploadId }) => [uploadId, []]));
      for (const event of events) byUpload.get(event.uploadId)?.push(event);
      return parts.map(({ uploadId, after, first }) =>
        (byUpload.get(uploadId) ?? []).filter(({ cursor }) => cursor > after && cursor <= after + first),
      );
    },
    { cacheKeyFn: ({ uploadId, after, first }) => `${uploadId} ${after} ${first}` },
  );
}
