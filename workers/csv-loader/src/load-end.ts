import { type BodyOf, employmentResults, type uploadCancelled } from '@tributary/events';
import { type LoadDependencies, toUnavailable, work } from './load-dependencies.ts';
import { cancelLoad, type LoadRecord } from './store/load-record.ts';

/** Publishes how a load ended, from what is committed: the same message however often it is published. */
export async function publishEnd(
  { uploadId, filename }: { readonly uploadId: string; readonly filename?: string | undefined },
  load: LoadRecord,
  { publish, clock }: Pick<LoadDependencies, 'publish' | 'clock'>,
): Promise<void> {
  const { rowsRead, rowsLoaded, rowsRejected, reasons, version } = load;
  const counts = { rowsRead, rowsLoaded, rowsRejected };
  const result = {
    ...{ uploadId, at: clock.now().toISOString(), counts, problems: reasons, problemCount: rowsRejected },
    conditions: rowsLoaded > 0 || load.state === 'COMPLETED' ? [employmentResults] : [],
  };
  if (load.state === 'COMPLETED') {
    await publish(work.completed, { ...result, version, summary: summarizeLoad(counts, filename) });
  } else if (load.state === 'FAILED') {
    const failure = load.failure ?? 'The file could not be loaded.';
    await publish(work.failed, { ...result, code: 'INVALID_FILE', failure });
  } else {
    await publish(work.cancelled, { ...result, version, summary: summarizeCancellation(counts) });
  }
}

interface RowCounts {
  readonly rowsLoaded: number;
  readonly rowsRejected: number;
}

function summarizeLoad({ rowsLoaded, rowsRejected }: RowCounts, filename?: string): string {
  const source = filename === undefined ? '' : ` of ${filename}`;
  if (rowsRejected === 0 && rowsLoaded === 1) return `The only row${source} was imported.`;
  if (rowsRejected === 0) return `All ${countRows(rowsLoaded)}${source} were imported.`;
  return `${countRows(rowsLoaded)}${source} ${were(rowsLoaded)} imported, ${countRows(rowsRejected)} ${were(rowsRejected)} rejected.`;
}

const summarizeCancellation = ({ rowsLoaded }: RowCounts) =>
  rowsLoaded === 0
    ? 'The upload was cancelled before any row was imported.'
    : `The upload was cancelled. ${countRows(rowsLoaded)} ${were(rowsLoaded)} imported before that and ${rowsLoaded === 1 ? 'stays' : 'stay'}.`;

const were = (count: number) => (count === 1 ? 'was' : 'were');

const countRows = (count: number) => (count === 1 ? '1 row' : `${count.toLocaleString('en-US')} rows`);

/**
 * Cancels a load and publishes its end. A loader at work on it cannot commit another chunk from here on, so the counts are
 * exact; a load that had ended before has that end published again.
 */
export async function endAsCancelled(
  cancelled: BodyOf<typeof uploadCancelled>,
  dependencies: Pick<LoadDependencies, 'db' | 'publish' | 'clock'>,
): Promise<void> {
  try {
    const load = await cancelLoad(dependencies.db.pool, cancelled);
    await publishEnd(cancelled, load, dependencies);
  } catch (error) {
    throw toUnavailable(error);
  }
}
