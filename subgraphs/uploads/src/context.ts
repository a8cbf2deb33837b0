import type { Viewer } from '@tributary/graphql';
import type { DeletedUploads } from '@tributary/redis';
import type { DownloadUrls } from './downloads.ts';
import { createEventLoader, type ReadEvents } from './events.ts';
import type { UploadFileDeps } from './intake.ts';
import type { MeasureIntake } from './intake-metrics.ts';
import { createUploadAccess, type ReadUploads } from './upload-access.ts';

export interface Shared extends UploadFileDeps {
  readonly maxUploadBytes: number;
  readonly measureIntake: MeasureIntake;
  readonly downloads: DownloadUrls;
  readonly deletedUploads: Pick<DeletedUploads, 'mark'>;
  readonly readUploads: ReadUploads;
  readonly readEvents: ReadEvents;
}

/** What the resolvers of one request share: its viewer and its loaders, which batch and never outlive it. */
export function createContext({ viewer }: { viewer: Viewer | null }, shared: Shared) {
  return {
    ...shared,
    viewer,
    uploads: createUploadAccess(shared.readUploads, viewer),
    events: createEventLoader(shared.readEvents),
  };
}

export type Context = ReturnType<typeof createContext>;
