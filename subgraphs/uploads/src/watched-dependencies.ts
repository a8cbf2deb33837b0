import { unavailable } from '@tributary/core';
import type { FileStore } from '@tributary/file-store';
import type { Broker } from '@tributary/messaging';
import type { Signals } from '@tributary/signals';
import type { UploadsDb } from '@tributary/uploads-db';

/** What this subgraph waits for before it is ready, by the name an operator reads. */
export function watchedDependencies(on: { db: UploadsDb; files: FileStore; signals: Signals; broker: Broker }) {
  return {
    'the uploads database': () => on.db.ping(),
    'the file store': () => on.files.ping(),
    Redis: () => on.signals.ping(),
    RabbitMQ: async () => {
      if (!on.broker.ready()) throw unavailable('RabbitMQ is not connected.');
    },
  };
}
