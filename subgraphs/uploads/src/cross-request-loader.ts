import DataLoader from 'dataloader';

const maxBatch = 100;

/**
 * Batches the reads of all requests: keys requested within one turn of the event loop are read together, after they
 * were requested. Nothing is cached, so no request gets an outdated result; each request checks for itself who may see
 * it.
 */
export function createCrossRequestLoader<Key, Value>(read: (keys: readonly Key[]) => Promise<Value[]>) {
  const loader = new DataLoader<Key, Value>(read, {
    cache: false,
    maxBatchSize: maxBatch,
    batchScheduleFn: (batch) => void setImmediate(batch),
  });
  return (keys: readonly Key[]): Promise<(Value | Error)[]> => loader.loadMany(keys);
}
