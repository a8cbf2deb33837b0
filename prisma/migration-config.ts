import { wholeNumber } from '@tributary/core';
import { z } from 'zod';

/** Settings of the migration runner besides the databases' URLs. */
export const migrationConfig = z.object({
  MIGRATE_WAIT_MS: wholeNumber(0, 3_600_000)
    .default(60_000)
    .describe('Maximum wait for a database server that does not respond yet.'),
});
