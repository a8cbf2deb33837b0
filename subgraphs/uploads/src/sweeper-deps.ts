import type { Clock, Log } from '@tributary/core';
import type { FileStore } from '@tributary/file-store';
import type { UploadsDb } from '@tributary/uploads-db';

export interface SweeperDeps {
  readonly db: UploadsDb;
  readonly files: FileStore;
  readonly clock: Clock;
  readonly log: Log;
}
