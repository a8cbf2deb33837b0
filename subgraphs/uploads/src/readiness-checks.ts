import { unavailable } from '@tributary/core';
import type { FileStore } from '@tributary/file-store';
import type { Broker } from '@tributary/messaging';
import type { Signals } from '@tributary/signals';
import type { UploadsDb } from '@tributary/uploads-db';

/**
 * What this subgraph watches, by the name an operator reads. Without RabbitMQ an accepted file's message stays in the
 * outbox, without Redis news is found by those who look from time to time: neither is a reason not to take a file.
 */
export function createReadinessChecks(on: { db: UploadsDb; files: FileStore; signals: Signals; broker: Broker }) {
  return {
    checks: { 'the uploads database': () => on.db.ping(), 'the file store': () => on.files.ping() },
    missed: {
      Redis: () => on.signals.ping(),
      RabbitMQ: async () => {
        if (!on.broker.ready()) throw unavailable('RabbitMQ is not connected.');
      },
    },
  };
}
